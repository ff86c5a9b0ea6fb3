"""The written rule, clause by clause."""

from datetime import date

import pytest
from history import money
from history.errors import LoadError
from history.expected import expected
from history.rules import is_service, trade
from hypothesis import given
from hypothesis import strategies as st

from .made import row


def test_rows_of_a_number_are_one_document_dated_by_the_earliest():
    late = row("1", 1, "2.00", day="2011-03-02")
    made = trade([late, row("1", 2, "1.25")])
    (document,) = made.documents
    assert document.day == date(2011, 3, 1)
    assert (document.untaxed, document.tax, document.total) == (450, 90, 540)
    assert document.sign == 1


def test_a_cancellation_is_a_credit_note_with_positive_quantities():
    (note,) = trade([row("C2", -3, "1.10")]).documents
    assert note.sign == -1
    assert [(line.quantity, line.subtotal) for line in note.lines] == [(3, 330)]


def test_a_negative_adjustment_is_a_credit_note_with_a_positive_price():
    rows = [row("A1", 1, "-11062.06", customer="", code="B")]
    (note,) = trade(rows).documents
    assert note.sign == -1
    assert (note.lines[0].quantity, note.lines[0].price) == (1, 11062060)
    assert note.untaxed == 1106206


def test_documents_at_nothing_are_left_out_and_counted():
    rows = [row("1", -20, "0.00"), row("2", 1, "0.001"), row("3", 1, "1.00")]
    made = trade([*rows, row("3", 5, "0.00")])
    assert [document.number for document in made.documents] == ["3"]
    assert len(made.documents[0].lines) == 2
    assert made.left_out["documents at 0.00"] == 2
    assert made.left_out["rows in documents at 0.00"] == 2
    assert made.left_out["rows kept at 0.00"] == 1


def test_rows_without_customer_are_the_counter_of_their_country():
    rows = [
        row("1", 1, "1.00", customer=""),
        row("2", 1, "1.00", customer="", country="EIRE"),
        row("3", 1, "1.00", customer="", country="EIRE"),
    ]
    made = trade(rows)
    assert [c.name for c in made.customers.values()] == [
        "Counter sales, United Kingdom",
        "Counter sales, EIRE",
    ]
    assert all(customer.counter for customer in made.customers.values())
    sliced = trade([*rows, row("4", 1, "1.00")], customers=5)
    assert list(sliced.customers) == ["1"]
    assert sliced.left_out["counter rows"] == 3


@pytest.mark.parametrize(
    "code", ["POST", "D", "M", "C2", "DOT", "CRUK", "BANK CHARGES", "PADS", "B", "S"]
)
def test_codes_that_are_not_goods_are_services(code):
    assert is_service(code)


@pytest.mark.parametrize("code", ["85123A", "22423", "DCGS0003", "DCGSSGIRL"])
def test_goods_are_not_services(code):
    assert not is_service(code)


def test_codes_in_small_letters_are_the_same_product():
    rows = [row("1", 1, "1.00", code="85123a"), row("2", 1, "3.00", code="85123A")]
    made = trade(rows)
    assert list(made.products) == ["85123A"]
    assert made.products["85123A"].list_price == 3000


def test_the_commonest_description_names_the_product():
    names = ["", "", "", "CAKE STAND", "CAKE STAND", "damages"]
    rows = [row(str(i), 1, "1.00", description=name) for i, name in enumerate(names)]
    assert trade(rows).products["22423"].name == "CAKE STAND"
    assert trade(rows[:3]).products["22423"].name == "22423"


def test_vat_is_charged_at_home_only():
    home, abroad = trade(
        [row("1", 1, "1.00"), row("2", 1, "1.00", customer="2", country="EIRE")]
    ).documents
    assert (home.tax, abroad.tax) == (20, 0)


def test_days_move_so_that_the_last_is_the_day_asked_for():
    rows = [row("1", 1, "1.00"), row("2", 1, "1.00", day="2011-12-09")]
    made = trade(rows, until=date(2026, 11, 22))
    assert made.last == date(2026, 11, 22)
    assert (made.last - made.first).days == 283
    assert made.documents[0].when.hour == 10


def test_a_slice_takes_the_customers_with_most_revenue_and_the_files_last_day():
    rows = [
        row("1", 9, "1.00", customer="b"),
        row("2", 5, "2.00", customer="a"),
        row("C3", -9, "1.00", customer="a"),
        row("4", 2, "1.00", customer="c"),
        row("5", 2, "1.00", customer="d", day="2011-12-09"),
    ]
    made = trade(rows, customers=2, until=date(2012, 1, 1))
    assert list(made.customers) == ["b", "c"]
    assert made.documents[0].day == date(2011, 3, 24)


def test_a_document_of_two_customers_is_refused():
    with pytest.raises(LoadError, match="Document 1 names more than one customer"):
        trade([row("1", 1, "1.00"), row("1", 1, "1.00", customer="2")])


def test_a_document_that_adds_up_to_nothing_is_refused():
    with pytest.raises(LoadError, match=r"Document 1 has amounts that add up to 0\.00"):
        trade([row("1", 1, "1.00"), row("1", -1, "1.00")])


def test_a_file_without_rows_is_refused():
    with pytest.raises(LoadError, match="has a header but no row"):
        trade([])


def test_amounts_round_half_up_away_from_zero():
    assert money.subtotal(5, 2501) == 1251
    assert money.subtotal(-5, 2501) == -1251
    assert money.half_up(-15, 10) == -2
    assert money.pounds(-5) == "-0.05"
    assert money.price_text(-1) == "-0.001"


def test_expected_is_by_customer_and_month():
    rows = [
        row("1", 3, "1.25"),
        row("C2", -1, "1.25", day="2011-04-01"),
        row("3", 1, "0.001"),
        row("4", 1, "9.99", customer=""),
    ]
    assert dict(expected(rows)) == {
        ("1", "2011-03"): 375,
        ("1", "2011-04"): -125,
        ("counter:United Kingdom", "2011-03"): 999,
    }
    moved = expected(rows, moved_days=31)
    assert moved["1", "2011-04"] == 375
    assert moved["1", "2011-05"] == -125


ROWS = st.lists(
    st.builds(
        row,
        number=st.sampled_from(["1", "2", "3"]),
        quantity=st.integers(1, 500),
        price=st.decimals(0, 99, places=3).map(str),
        code=st.sampled_from(["22423", "POST", "22423a"]),
        day=st.sampled_from(["2011-03-01", "2011-03-31"]),
    ),
    min_size=1,
)


@given(ROWS, st.booleans())
def test_documents_say_what_the_file_says(rows, cancelled):
    if cancelled:
        rows = [r._replace(quantity=-r.quantity, number=f"C{r.number}") for r in rows]
    made = trade(rows)
    net = sum(document.sign * document.untaxed for document in made.documents)
    assert net == sum(expected(rows).values())
    for document in made.documents:
        assert document.total > 0
        assert document.untaxed == sum(line.subtotal for line in document.lines)
        assert document.tax == sum(money.vat(line.subtotal) for line in document.lines)
