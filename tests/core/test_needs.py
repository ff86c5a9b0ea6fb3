"""Needs and openings: given events, when a command, then events or a refusal."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kam_core import needs
from kam_core.needs import (
    AmountNegative,
    Closed,
    Drop,
    KindWrong,
    Meet,
    Need,
    NeedAssigned,
    NeedDropped,
    NeedEstimated,
    NeedMet,
    NeedReopened,
    NeedRescheduled,
    NotYet,
    Reopen,
    StillOpen,
    WhyMissing,
)
from kam_core.record import (
    Changed,
    Create,
    Created,
    DayOutOfRange,
    DomainError,
    Edit,
    FieldMissing,
    FixedField,
    Relink,
    Relinked,
    Remove,
    Removed,
    Text,
    UseButton,
    fold,
    initial,
)

TODAY, EARLIER, LATER = date(2026, 3, 31), date(2026, 3, 1), date(2026, 4, 1)
VALUES = {
    "account_id": 7,
    "company_id": 1,
    "currency_id": 2,
    "kind": "opening",
    "name": Text("Oat drink in all shops"),
    "amount": Decimal("9000.00"),
}
MADE = Created(initial(Need, VALUES))
WHY = Text("Bought elsewhere for two years")


def when(events, command):
    return needs.decide(fold(needs, events), command)


@pytest.mark.parametrize(
    ("events", "command", "expected"),
    [
        ((), Create(VALUES), (MADE,)),
        ((MADE,), Edit({"amount": None}), (NeedEstimated(None),)),
        (
            (MADE,),
            Edit({"due_on": LATER, "user_id": 5, "note": WHY}),
            (NeedRescheduled(LATER), NeedAssigned(5), Changed({"note": WHY})),
        ),
        ((MADE,), Meet(TODAY, TODAY), (NeedMet(TODAY, None),)),
        ((MADE,), Drop(EARLIER, TODAY, WHY), (NeedDropped(EARLIER, WHY),)),
        (
            (MADE, Changed({"reason": WHY})),
            Drop(TODAY, TODAY),
            (NeedDropped(TODAY, WHY),),
        ),
        ((MADE, NeedMet(TODAY, None)), Reopen(), (NeedReopened(),)),
        (
            (MADE, NeedMet(TODAY, None)),
            Edit({"active": False}),
            (Changed({"active": False}),),
        ),
        (
            (MADE,),
            Relink("account_id", (7,), 8),
            (Relinked("account_id", (7,), 8),),
        ),
        ((MADE,), Remove(), (Removed(),)),
    ],
)
def test_happens(events, command, expected):
    assert when(events, command) == expected


MET = (MADE, NeedMet(EARLIER, None))


@pytest.mark.parametrize(
    ("events", "command", "refusal"),
    [
        ((), Create({**VALUES, "name": None}), FieldMissing),
        ((), Create({**VALUES, "account_id": None}), FieldMissing),
        ((), Create({**VALUES, "kind": "wish"}), KindWrong),
        ((), Create({**VALUES, "kind": None}), KindWrong),
        ((), Create({**VALUES, "amount": Decimal("-0.01")}), AmountNegative),
        ((), Create({**VALUES, "state": "met"}), UseButton),
        ((), Create({**VALUES, "closed_on": TODAY}), UseButton),
        ((), Create({**VALUES, "due_on": date(2200, 1, 1)}), DayOutOfRange),
        ((MADE,), Edit({"state": "met"}), UseButton),
        ((MADE,), Edit({"account_id": 8}), FixedField),
        ((MADE,), Edit({"name": None}), FieldMissing),
        ((MADE,), Meet(LATER, TODAY), NotYet),
        ((MADE,), Drop(TODAY, TODAY), WhyMissing),
        ((MADE,), Reopen(), StillOpen),
        (MET, Edit({"amount": None}), Closed),
        (MET, Meet(TODAY, TODAY), Closed),
        (MET, Drop(TODAY, TODAY, WHY), Closed),
    ],
)
def test_refused(events, command, refusal):
    with pytest.raises(refusal) as raised:
        when(events, command)
    assert str(raised.value)


def test_a_reopened_one_can_be_closed_again():
    events = (*MET, NeedReopened())
    assert fold(needs, events) == fold(needs, (MADE,))
    assert when(events, Meet(TODAY, TODAY)) == (NeedMet(TODAY, None),)


commands = st.one_of(
    st.builds(Meet, st.dates(), st.just(TODAY)),
    st.builds(Drop, st.dates(), st.just(TODAY), st.none() | st.just(WHY)),
    st.just(Reopen()),
    st.builds(
        Edit,
        st.fixed_dictionaries(
            {},
            optional={
                "amount": st.none() | st.decimals(-9, 9, places=2),
                "name": st.none() | st.just(Text("More")),
                "reason": st.none() | st.just(WHY),
            },
        ),
    ),
)


@given(st.lists(commands, max_size=12))
def test_whatever_is_asked_it_stays_sound(asked):
    need = fold(needs, (MADE,))
    for command in asked:
        try:
            events = needs.decide(need, command)
        except DomainError:
            continue
        need = fold(needs, events, need)
        needs.check(need)
        assert (need.state == "open") == (need.closed_on is None)
        assert need.state != "dropped" or need.reason
        assert need.closed_on is None or need.closed_on <= TODAY
