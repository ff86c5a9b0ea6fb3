"""Disputes: given events, when a command, then events or a refusal."""

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal as D

import pytest

from kam_core.accounts import ReasonMissing
from kam_core.collections import disputes
from kam_core.collections.disputes import (
    AcceptedWrong,
    Dispute,
    DisputeAssigned,
    DisputedAmountChanged,
    DisputeDueMoved,
    DisputeFileExported,
    DisputeLine,
    DisputeReopened,
    DisputeResolved,
    DisputeStays,
    DueBeforeOpened,
    ExportFile,
    LineAmountMissing,
    LinesMissing,
    NotResolved,
    OutcomeMissing,
    Reopen,
    Resolve,
    Resolved,
    ResolvedBeforeOpened,
    disputed,
    holds,
)
from kam_core.record import (
    Changed,
    Create,
    Created,
    DayMissing,
    Edit,
    FieldMissing,
    FixedField,
    Relink,
    Relinked,
    Remove,
    Text,
    UseButton,
    fold,
    initial,
)

OPENED = date(2026, 3, 2)
LINE = DisputeLine("a", 7, None, D("40.00"))
OTHER = DisputeLine("b", 8, 81, D("60.00"))
VALUES = {
    "partner_id": 5,
    "company_id": 1,
    "currency_id": 2,
    "reason_id": 4,
    "opened_on": OPENED,
    "date_due": OPENED + timedelta(7),
    "line_ids": (LINE, OTHER),
}
WHY = Text("They were right about the price.")
GIVEN = [Created(initial(Dispute, VALUES))]
DAY = OPENED + timedelta(3)
SETTLED = DisputeResolved("partly", D(30), DAY, WHY)


def when(given, command):
    return disputes.decide(fold(disputes, given), command)


def test_a_dispute_opens_undecided():
    [event] = disputes.decide(None, Create({**VALUES, "outcome": "accepted"}))
    made = fold(disputes, [event])
    assert made == Dispute(**VALUES)
    assert disputed(made) == D(100)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"reason_id": None}, FieldMissing),
        ({"partner_id": None}, FieldMissing),
        ({"line_ids": ()}, LinesMissing),
        ({"line_ids": (DisputeLine("a", None, None, D(1)),)}, FieldMissing),
        ({"line_ids": (DisputeLine("a", 7),)}, LineAmountMissing),
        ({"line_ids": (DisputeLine("a", 7, None, D(-4)),)}, LineAmountMissing),
        ({"opened_on": None}, DayMissing),
        ({"date_due": OPENED - timedelta(1)}, DueBeforeOpened),
    ],
)
def test_what_is_no_dispute(changes, refusal):
    with pytest.raises(refusal):
        disputes.decide(None, Create({**VALUES, **changes}))
    if "opened_on" not in changes and "partner_id" not in changes:
        with pytest.raises(refusal):
            when(GIVEN, Edit(changes))


def test_an_edit_in_the_words_of_the_trade():
    later = OPENED + timedelta(20)
    events = when(
        GIVEN,
        Edit({"user_id": 9, "date_due": later, "line_ids": (LINE,), "is_legal": True}),
    )
    assert events == (
        DisputeAssigned(9),
        DisputeDueMoved(later),
        DisputedAmountChanged((LINE,)),
        Changed({"is_legal": True}),
    )
    after = fold(disputes, [*GIVEN, *events])
    assert (after.user_id, after.date_due, disputed(after)) == (9, later, D(40))


@pytest.mark.parametrize("field", disputes.FIXED)
def test_whose_it_is_stays(field):
    with pytest.raises(FixedField):
        when(GIVEN, Edit({field: 9}))


@pytest.mark.parametrize("field", disputes.ENDING)
def test_the_end_is_a_decision(field):
    with pytest.raises(UseButton):
        when(GIVEN, Edit({field: "accepted"}))


@pytest.mark.parametrize(
    ("outcome", "accepted", "conceded"),
    [
        ("accepted", None, D(100)),
        ("partly", D("99.99"), D("99.99")),
        ("rejected", D(5), D(0)),
        ("dropped", None, D(0)),
    ],
)
def test_settled(outcome, accepted, conceded):
    [event] = when(GIVEN, Resolve(outcome, accepted, DAY, WHY))
    assert event == DisputeResolved(outcome, conceded, DAY, WHY)
    after = fold(disputes, [*GIVEN, event])
    assert (after.outcome, after.resolved_on) == (outcome, DAY)
    assert after.accepted == (conceded or None)


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        (Resolve(None, None, DAY, WHY), OutcomeMissing),
        (Resolve("won", None, DAY, WHY), OutcomeMissing),
        (Resolve("partly", None, DAY, WHY), AcceptedWrong),
        (Resolve("partly", D(100), DAY, WHY), AcceptedWrong),
        (Resolve("accepted", None, DAY, None), ReasonMissing),
        (Resolve("accepted", None, None, WHY), DayMissing),
        (
            Resolve("accepted", None, OPENED - timedelta(1), WHY),
            ResolvedBeforeOpened,
        ),
        (Reopen(DAY, WHY), NotResolved),
        (Remove(), DisputeStays),
    ],
)
def test_refused(command, refusal):
    with pytest.raises(refusal):
        when(GIVEN, command)


def test_a_settled_one_stays_until_it_is_reopened():
    given = [*GIVEN, SETTLED]
    for command in (Resolve("accepted", None, DAY, WHY), Edit({"user_id": 9})):
        with pytest.raises(Resolved):
            when(given, command)
    with pytest.raises(ReasonMissing):
        when(given, Reopen(DAY, None))
    with pytest.raises(ResolvedBeforeOpened):
        when(given, Reopen(DAY - timedelta(1), WHY))
    [event] = when(given, Reopen(DAY, WHY))
    assert event == DisputeReopened(DAY, WHY)
    assert fold(disputes, [*given, event]) == fold(disputes, GIVEN)


def test_in_force_from_its_first_day_to_the_day_before_it_was_settled():
    one = fold(disputes, [*GIVEN, SETTLED])
    found = [holds(one, OPENED + timedelta(n)) for n in range(-1, 5)]
    assert found == [False, True, True, True, False, False]
    assert holds(fold(disputes, GIVEN), date(2030, 1, 1))


def test_an_export_is_on_record_and_changes_nothing():
    at = datetime(2026, 3, 5, 9, tzinfo=timezone.utc)
    [event] = when(GIVEN, ExportFile(4, 1000, "ab", at))
    assert event == DisputeFileExported(4, 1000, "ab", at)
    assert fold(disputes, [*GIVEN, event]) == fold(disputes, GIVEN)


def test_it_follows_merges():
    assert when(GIVEN, Relink("partner_id", (5,), 6)) == (
        Relinked("partner_id", (5,), 6),
    )
    with pytest.raises(TypeError):
        when(GIVEN, object())
