"""Who paid what when."""

from datetime import date

from history.accounts import settle_all
from history.delays import Delays, Instalment
from history.originals import find_originals
from history.rules import trade
from history.settle import Ledger
from hypothesis import given
from hypothesis import strategies as st

from .made import row


class Fixed(Delays):
    """Every invoice is paid after the same instalments."""

    def __init__(self, *parts):
        super().__init__([[(0, False)]])
        self.parts = [Instalment(*part) for part in parts]

    def instalments(self, customer, number):
        return self.parts


def documents(*rows, abroad=True):
    """Return documents without tax, so that amounts are plain to see."""
    country = "EIRE" if abroad else "United Kingdom"
    found = trade([each._replace(country=country) for each in rows]).documents
    find_originals(found)
    return found


def run(found, *parts, last="2011-12-31", at_once=False):
    ledger = Ledger(Fixed(*parts), date.fromisoformat(last), at_once)
    return ledger.run(found)


def residuals(ledger, found):
    return [ledger.residual[id(document)] for document in found]


def test_an_invoice_is_paid_after_its_delay():
    found = documents(row("1", 10, "1.00"))
    ledger = run(found, (12, 100))
    (payment,) = ledger.payments
    assert (payment.day, payment.amount) == (date(2011, 3, 13), 1000)
    assert residuals(ledger, found) == [0]
    assert [group.settled for group in ledger.groups()] == [True]


def test_what_would_be_paid_after_the_last_day_stays_open():
    found = documents(row("1", 10, "1.00"))
    assert not run(found, (12, 100), last="2011-03-12").payments
    assert run(found, (12, 100), last="2011-03-13").payments
    assert residuals(run(found, (0, 100), last="2011-03-01"), found) == [0]


def test_two_instalments_leave_the_rest_open():
    found = documents(row("1", 1, "9.99"))
    ledger = run(found, (10, 60), (70, 40), last="2011-04-30")
    assert [p.amount for p in ledger.payments] == [599]
    assert residuals(ledger, found) == [400]
    assert [group.settled for group in ledger.groups()] == [False]
    ledger = run(found, (10, 60), (70, 40))
    assert [p.amount for p in ledger.payments] == [599, 400]
    assert [group.settled for group in ledger.groups()] == [True]


def test_a_credit_note_goes_to_its_invoice_then_to_the_oldest_open_one():
    found = documents(
        row("1", 5, "1.00", code="10001"),
        row("2", 5, "1.00", code="10002", day="2011-03-02"),
        row("C3", -7, "1.00", code="10002", day="2011-03-05"),
    )
    assert found[2].original is found[1]
    ledger = run(found, (30, 100))
    assert [(a.debit, a.amount) for a in ledger.allocations[:2]] == [
        (found[1], 500),
        (found[0], 200),
    ]
    assert [p.amount for p in ledger.payments] == [300]
    assert residuals(ledger, found) == [0, 0, 0]
    (group,) = ledger.groups()
    assert group.settled
    assert len(group.members) == 4


def test_credit_left_over_is_used_by_the_next_invoice():
    found = documents(
        row("1", 5, "1.00"),
        row("C2", -5, "1.00", day="2011-03-20"),
        row("3", 8, "1.00", day="2011-03-25"),
    )
    ledger = run(found, (10, 100))
    assert [(p.document, p.amount) for p in ledger.payments] == [
        (found[0], 500),
        (found[2], 300),
    ]
    assert ledger.allocations[1].day == date(2011, 3, 25)
    assert residuals(ledger, found) == [0, 0, 0]


def test_credit_that_nobody_uses_stays_open():
    found = documents(row("C2", -5, "1.00"))
    ledger = run(found, (10, 100))
    assert residuals(ledger, found) == [500]
    assert ledger.groups() == []


def test_the_counter_pays_and_is_paid_at_once():
    found = documents(row("1", 5, "1.00"), row("C2", -2, "1.00", day="2011-03-04"))
    ledger = run(found, (10, 100), at_once=True)
    assert [(p.sign, p.amount, p.day.day) for p in ledger.payments] == [
        (1, 500, 1),
        (-1, 200, 4),
    ]
    assert residuals(ledger, found) == [0, 0]


def test_the_original_is_the_latest_at_the_same_price():
    found = documents(
        row("1", 5, "1.00"),
        row("2", 5, "2.00", day="2011-03-02"),
        row("C3", -1, "1.00", day="2011-03-05"),
        row("C4", -1, "7.00", day="2011-03-05"),
        row("C5", -1, "1.00", code="99999", day="2011-03-05"),
    )
    assert [d.original and d.original.number for d in found[2:]] == ["1", "2", None]


def test_an_original_is_never_later_than_its_credit_note():
    found = documents(row("C1", -5, "1.00"), row("2", 5, "1.00", day="2011-03-02"))
    assert found[0].original is None


def test_states_are_those_of_odoo():
    made = trade(
        [
            row("1", 5, "1.00", code="10001"),
            row("C2", -5, "1.00", code="10001", day="2011-03-02"),
            row("3", 5, "1.00", day="2011-04-01"),
            row("4", 5, "1.00", day="2011-12-01"),
            row("C5", -9, "1.00", customer="2", day="2011-12-01"),
            row("6", 4, "1.00", customer="2", day="2011-12-02"),
        ]
    )
    account = settle_all(made, Fixed((30, 100)))
    states = {d.number: account.state(d) for d in made.documents}
    assert states == {
        "1": "reversed",
        "C2": "paid",
        "3": "paid",
        "4": "not_paid",
        "C5": "partial",
        "6": "reversed",
    }
    assert account.open_amount == 600 - 600


STEPS = st.lists(
    st.tuples(st.integers(-30, 60).filter(bool), st.integers(1, 28)), min_size=1
)


@given(STEPS, st.lists(st.integers(0, 90), min_size=1, max_size=2), st.booleans())
def test_nothing_is_lost_or_paid_twice(steps, days, at_once):
    rows = [
        row(f"{'C' if q < 0 else ''}{n}", q, "1.01", day=f"2011-03-{day:02}")
        for n, (q, day) in enumerate(steps)
    ]
    found = documents(*rows, abroad=False)
    parts = [(days[0], 60), (sum(days), 40)] if len(days) == 2 else [(days[0], 100)]
    ledger = run(found, *parts, last="2011-04-15", at_once=at_once)
    used = {}
    for allocation in ledger.allocations:
        assert allocation.amount > 0
        for side in (allocation.debit, allocation.credit):
            used[id(side)] = used.get(id(side), 0) + allocation.amount
            assert allocation.day >= side.day
    for document in found:
        residual = ledger.residual[id(document)]
        assert residual >= 0
        assert used.get(id(document), 0) + residual == document.total
    for payment in ledger.payments:
        assert used[id(payment)] == payment.amount
        assert payment.day <= date(2011, 4, 15)
    for group in ledger.groups():
        open_ones = [m for m in group.members if ledger.residual.get(id(m))]
        assert group.settled is not bool(open_ones)
