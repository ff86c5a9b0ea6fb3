"""Reconciliation acts: their life, their balance, their chain, what came later."""

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kam_core.receivables import acts
from kam_core.receivables.act_rows import (
    NOTHING,
    THEY_OWE,
    WE_OWE,
    Balances,
    Period,
    Row,
    balances,
    chain,
    conclusion,
    differences,
    digest,
    halves,
    packed,
    unpacked,
)
from kam_core.record import (
    Create,
    DomainError,
    Edit,
    FieldMissing,
    FixedField,
    Remove,
    Text,
    UseButton,
)

AT = datetime(2026, 4, 1, 8, tzinfo=timezone.utc)
MARCH = (date(2026, 3, 1), date(2026, 3, 31))
VALUES = {
    "partner_id": 7,
    "company_id": 1,
    "currency_id": 2,
    "number": Text("ACT/1"),
    "date_from": MARCH[0],
    "date_to": MARCH[1],
}


def row(move_id=1, debit=0, credit=0, day=5, **more):
    return Row(
        move_id,
        date(2026, 3, day),
        None,
        "invoice",
        f"INV/{move_id}",
        Decimal(debit),
        Decimal(credit),
        Decimal(debit) - Decimal(credit),
        **more,
    )


def do(act, *commands):
    for command in commands:
        for event in acts.decide(act, command):
            act = acts.evolve(act, event)
    return act


def draft(**more):
    return do(None, Create({**VALUES, **more}))


def send(rows=(), opening=0):
    totals = balances(rows, Decimal(opening), Decimal(opening))
    return acts.Send(AT, totals, tuple(map(packed, rows)), "seal")


def sign(**more):
    given = {"signatory": Text("Paul"), "authority": Text("Charter"), "digest": "seal"}
    return acts.Sign(**{**given, "signed_on": date(2026, 4, 2), **more})


def test_life():
    act = do(draft(), send([row(debit=100), row(2, credit=30)], opening=50))
    assert (act.status, act.opening, act.debit, act.credit, act.closing) == (
        "sent",
        50,
        100,
        30,
        120,
    )
    assert act.line_count == 2
    answered = do(act, acts.Answer(AT, "disagreed", None, Decimal(90), 1, 9))
    assert (answered.answer, answered.their_closing, answered.answered_by_id) == (
        "disagreed",
        90,
        9,
    )
    agreed = do(answered, acts.Answer(AT, "agreed"))
    assert (agreed.answer, agreed.their_closing) == ("agreed", None)
    signed = do(agreed, sign(scan_digest="scan"))
    assert (signed.status, signed.signed_on, signed.scan_digest) == (
        "signed",
        date(2026, 4, 2),
        "scan",
    )
    assert do(signed, acts.Close(AT)).status == "closed"
    assert do(act, acts.TakeBack(AT, None)) == draft()


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        (acts.TakeBack(AT, None), acts.WrongStatus),
        (acts.Answer(AT, "agreed"), acts.WrongStatus),
        (sign(), acts.WrongStatus),
        (acts.Close(AT), acts.WrongStatus),
        (Edit({"status": "signed"}), UseButton),
        (Edit({"closing": Decimal(5)}), UseButton),
        (Edit({"number": Text("2")}), FixedField),
        (Edit({"date_to": date(2026, 2, 1)}), acts.PeriodWrong),
        (Edit({"scope": "moon"}), acts.ChoiceWrong),
        (Edit({"currency_id": None}), FieldMissing),
    ],
)
def test_what_a_draft_refuses(command, refusal):
    with pytest.raises(refusal):
        acts.decide(draft(), command)


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        (send(), acts.WrongStatus),
        (Edit({"place": Text("Riga")}), acts.ActStays),
        (Remove(), acts.ActStays),
        (acts.Answer(AT, "perhaps"), acts.ChoiceWrong),
        (sign(signatory=None), acts.SignatoryMissing),
        (sign(authority=None), acts.SignatoryMissing),
        (sign(signed_on=date(2026, 3, 30)), acts.SignedTooEarly),
        (sign(digest="other"), acts.LinesDiffer),
    ],
)
def test_what_a_sent_act_refuses(command, refusal):
    with pytest.raises(refusal):
        acts.decide(do(draft(), send()), command)


@pytest.mark.parametrize(
    "command",
    [
        send(),
        acts.TakeBack(AT, None),
        acts.Answer(AT, "agreed"),
        sign(),
        Edit({"place": Text("Riga")}),
    ],
)
def test_a_signed_act_is_sealed(command):
    with pytest.raises(acts.ActSealed):
        acts.decide(do(draft(), send(), sign()), command)


def test_what_cannot_be_opened():
    for wrong in (
        {"status": "signed"},
        {"closing": Decimal(1)},
        {"partner_id": None},
        {"kind": "delta"},
        {"corrects_id": 5},
        {"date_from": None},
        {"date_from": date(1800, 1, 1)},
    ):
        with pytest.raises(DomainError):
            draft(**wrong)
    assert draft(kind="delta", corrects_id=5).kind == "delta"


def test_three_conclusions():
    assert [conclusion(Decimal(n)) for n in (5, -5, 0)] == [THEY_OWE, WE_OWE, NOTHING]
    assert halves(Decimal(-5)) == (0, 5)


def test_a_chain_has_no_gap():
    def month(key, number, corrects=None):
        first = date(2026, number, 1)
        last = date(2026, number + 1, 1) - timedelta(1)
        return Period(key, first, last, corrects)

    january, february, march = month(1, 1), month(2, 2), month(3, 3)
    delta, again = month(4, 2, corrects=2), month(5, 2, corrects=4)
    everything = [march, january, again, february, delta]
    assert chain(everything, march.date_to) == (january, february, delta, again, march)
    assert chain(everything, date(2026, 4, 30)) == ()
    assert chain([january, march], march.date_to) == (march,)
    quarter = Period(6, january.date_from, march.date_to)
    assert chain([*everything, quarter], march.date_to) == (quarter,)


def test_differences():
    was = [row(1, 100), row(2, credit=30), row(3, 10)]
    now = [row(1, 100), row(2, credit=50), row(4, 7)]
    found = differences(now, was)
    assert [(one.move_id, one.debit, one.credit) for one in found] == [
        (2, 0, 20),
        (3, 0, 10),
        (4, 7, 0),
    ]
    assert all(one.difference for one in found)
    assert differences(now, [*was, *found]) == ()


amounts = st.integers(0, 10**6).map(lambda n: Decimal(n).scaleb(-2))
rows = st.lists(
    st.builds(row, st.integers(1, 6), amounts, amounts, st.integers(1, 28)),
    max_size=8,
)


def by_entry(lines):
    return list({one.move_id: one for one in lines}.values())


@given(rows, rows)
def test_differences_bridge_what_was_to_what_is(now, was):
    now = by_entry(now)
    found = differences(now, was)
    for name in ("amount", "amount_company"):
        assert sum(getattr(one, name) for one in found) == sum(
            getattr(one, name) for one in now
        ) - sum(getattr(one, name) for one in was)
    assert differences(now, [*was, *found]) == ()


@given(rows, amounts)
def test_closing_is_opening_and_turnover(lines, opening):
    totals = balances(lines, opening, opening)
    assert totals.closing == opening + sum(one.amount for one in lines)
    assert totals.closing_company - opening == sum(one.amount_company for one in lines)


@given(rows)
def test_rows_survive_the_log_and_the_seal_sees_any_change(lines):
    text = [
        tuple(str(v) if isinstance(v, (Decimal, date)) else v for v in packed(one))
        for one in lines
    ]
    again = [unpacked(one) for one in text]
    assert again == lines
    seal = digest({"a": 1}, Balances(), lines)
    assert seal == digest({"a": 1}, Balances(), again)
    assert seal != digest({"a": 2}, Balances(), lines)
    for place, one in enumerate(lines):
        changed = [*lines]
        changed[place] = replace(one, debit=one.debit + 1)
        assert seal != digest({"a": 1}, Balances(), changed)
