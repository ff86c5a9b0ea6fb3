"""Order forms: read whatever came back, judge each row, lose nothing."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kam_core.pricing.form_file import (
    COLUMNS,
    KEY,
    LARGEST,
    Form,
    FormDamaged,
    HeadsMissing,
    NoForm,
    OtherLayout,
    parse,
    quantity_of,
    read_form,
)
from kam_core.pricing.forms_taken import FormTaken, State, evolve, stream_key
from kam_core.pricing.order_form import Good, judge
from kam_core.record import DomainError

FORM = Form("a-key", 7, date(2026, 11, 1), date(2026, 11, 30), "EUR")
HEADS = [KEY, *(name.title() for name in COLUMNS[1:])]


def table(*rows, form=FORM):
    return [["Price list"], ["Form", form.cell()], [], HEADS, *rows]


def row(key="1/1", quantity=1, code="A1", price=10.0, barcode=None, name="Apple"):
    return [key, code, barcode, name, "Units", None, "20%", price, quantity, None]


def good(product_id=1, **more):
    values = {"name": "Apple", "code": "A1", "units": (1,), "price": Decimal(10)}
    return Good(product_id, **{**values, **more})


GOODS = {1: good(), 2: good(2, name="Pear", code="B2")}
CODES = {"A1": [1], "B2": [2], "400": [2]}


def judged(*rows, goods=GOODS, codes=CODES):
    return judge(read_form(table(*rows))[1], goods, codes)


def problems(*rows, **more):
    return [[one.code for one in found.problems] for found in judged(*rows, **more)]


def test_a_form_comes_back_as_it_went_out():
    form, asked = read_form(table(row(quantity=3), row("2/1", None, "B2")))
    assert form == FORM
    assert [(one.row, one.product_id, one.quantity) for one in asked] == [(5, 1, 3)]
    [found] = judge(asked, GOODS, CODES)
    assert (found.good.product_id, found.uom_id, found.problems) == (1, 1, ())


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (3, "3"),
        (2.5, "2.5"),
        (0.1 + 0.2, "0.3"),
        ("4", "4"),
        (" 1,5 ", "1.5"),
        ("1.25", "1.25"),
        ("1 000", "1000"),
        ("12\u00a0500", "12500"),
        ("-2", "-2"),
        ("\u22122", "-2"),
        ("0.125", "0.125"),
    ],
)
def test_quantities_as_people_write_them(value, wanted):
    assert quantity_of(value) == Decimal(wanted)


@pytest.mark.parametrize(
    "value",
    [
        *("1,000", "1.000", "1,000.5", "12x", "two", "1e5", "٣", "--1", "1 2"),
        *(True, date(2026, 1, 1), float("nan"), float("inf"), "NaN", "=1+1", "½"),
    ],
)
def test_what_is_no_quantity(value):
    with pytest.raises(ValueError):  # noqa: PT011 whatever its words
        quantity_of(value)


@pytest.mark.parametrize(
    ("asked", "codes"),
    [
        (row(quantity="x"), ["not_a_number"]),
        (row(quantity=-1), ["negative"]),
        (row(quantity=1e15), ["too_much"]),
        (row(quantity=1.005), ["too_fine"]),
        (row(price=9), ["price_changed"]),
        (row(None, code="Z9"), ["unknown_product"]),
        (row("999/1", code="Z9"), ["unknown_product"]),
        (row(None, code="", barcode=400, price=None), []),
        (row(None, code="B2", price=None), []),
        (row(code="B2"), ["other_product"]),
        (row("1/99"), ["unit_gone"]),
        (row("1/1", code="Z9", quantity="x"), ["not_a_number", "other_product"]),
    ],
)
def test_each_row_has_its_problems(asked, codes):
    assert problems(asked) == [codes]


@pytest.mark.parametrize(
    ("more", "codes"),
    [
        ({"saleable": False}, ["not_saleable"]),
        ({"active": False}, ["archived"]),
        ({"here": False, "active": False}, ["other_company"]),
        ({"price": Decimal(0)}, ["no_price"]),
        ({"price": Decimal(11)}, ["price_changed"]),
        ({"price": None}, []),
        ({"pack": Decimal(6)}, ["not_whole_packs"]),
        ({"units": ()}, ["unit_gone"]),
    ],
)
def test_a_product_as_it_is_today(more, codes):
    assert problems(row(quantity=10), goods={1: good(**more)}) == [codes]


def test_packs_say_what_would_fit():
    [found] = judged(row(quantity=10), goods={1: good(pack=Decimal(6))})
    [problem] = found.problems
    assert str(problem) == (
        "Cell I5: 10 is no whole number of packs of 6; 6 or 12 would be."
    )
    assert not found.stopped
    assert judged(row(quantity=12), goods={1: good(pack=Decimal(6))})[0].problems == ()


def test_a_product_twice_and_a_code_of_several():
    first, second = judged(row(), row(None, code="A1", price=None))
    assert not first.stopped
    assert [str(one) for one in second.problems] == [
        "Row 6: “Apple” stands in row 5 already. Keep one of them."
    ]
    assert problems(row(None, code="A1"), codes={"A1": [1, 2]}) == [["ambiguous"]]
    asked = row(None, code="A1", barcode="400", price=None)
    assert problems(asked, codes={"A1": [1, 2], "400": [2]}) == [[]]


def test_what_is_no_form():
    with pytest.raises(NoForm):
        read_form([["Price list"], HEADS])
    with pytest.raises(HeadsMissing):
        read_form([[FORM.cell()], ["nothing"]])
    with pytest.raises(FormDamaged):
        parse(FORM.cell().replace("a-key", "b-key"))
    with pytest.raises(OtherLayout):
        parse(Form("k", 1, FORM.issued, FORM.until, "EUR", layout=9).cell())


def test_a_file_is_known_again():
    taken = FormTaken("a", 5, "d", FORM.issued, 2, "", FORM.issued)
    assert evolve(None, taken) == State(1, 5, FORM.issued)
    assert evolve(State(1, 5), taken).count == 2
    assert stream_key("a", "d") != stream_key("b", "d")


cells = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.sampled_from(["1/1", "2/1", KEY, "A1", "B2", FORM.cell()]),
)


@given(st.lists(st.lists(cells, max_size=14), max_size=12), st.booleans())
def test_any_table_is_read_or_refused_in_a_sentence(rows, whole):
    try:
        _form, asked = read_form(table(*rows) if whole else rows)
    except DomainError:
        return
    for found in judge(asked, GOODS, CODES):
        assert all(str(one) for one in found.problems)
        if not found.stopped:
            assert found.good
            assert 0 < found.asked.quantity < LARGEST
            assert found.uom_id in found.good.units


@given(
    st.dictionaries(
        st.sampled_from([1, 2]),
        st.decimals(Decimal("0.01"), 10**6, places=2),
        min_size=1,
    )
)
def test_what_is_asked_is_what_is_ordered(wanted):
    rows = [row(f"{key}/1", float(q), GOODS[key].code) for key, q in wanted.items()]
    found = {one.good.product_id: one.asked.quantity for one in judged(*rows)}
    assert found == wanted


@given(
    st.uuids().map(str),
    st.integers(0, 2**31),
    st.dates(),
    st.dates(),
    st.sampled_from(["EUR", "RUB", "JPY"]),
    st.integers(0, 200),
    st.characters(min_codepoint=33, max_codepoint=126),
)
def test_one_changed_character_is_noticed(account, column, first, last, money, at, to):
    text = Form(account, column, first, last, money).cell()
    assert parse(text) == Form(account, column, first, last, money)
    at %= len(text)
    changed = text[:at] + to + text[at + 1 :]
    if changed != text:
        with pytest.raises((FormDamaged, OtherLayout)):
            parse(changed)
