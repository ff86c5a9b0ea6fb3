"""Talks about money: what came of them is noted once and stays."""

from datetime import date, datetime, timezone

import pytest

from kam_core.collections import contacts
from kam_core.collections.contacts import AgainBefore, Contact, ContactStays
from kam_core.record import (
    Changed,
    Create,
    Created,
    Edit,
    FieldMissing,
    FixedField,
    Relink,
    Remove,
    Text,
    fold,
    initial,
)

AT = datetime(2026, 3, 4, 9, tzinfo=timezone.utc)
VALUES = {"partner_id": 5, "company_id": 1, "result": "no_answer", "at": AT}
GIVEN = [Created(initial(Contact, VALUES))]


def when(command):
    return contacts.decide(fold(contacts, GIVEN), command)


def test_noted():
    [event] = contacts.decide(None, Create(VALUES))
    assert fold(contacts, [event]) == Contact(**VALUES)
    assert when(Edit({"note": Text("Ask for Ms. Lee")})) == (
        Changed({"note": Text("Ask for Ms. Lee")}),
    )


@pytest.mark.parametrize("field", ["partner_id", "company_id", "result", "at"])
def test_what_is_missing(field):
    with pytest.raises(FieldMissing):
        contacts.decide(None, Create({**VALUES, field: None}))


def test_it_stays():
    with pytest.raises(FixedField):
        when(Edit({"result": "promised"}))
    with pytest.raises(ContactStays):
        when(Remove())
    for command in (Edit({"again_on": date(2026, 3, 3)}),):
        with pytest.raises(AgainBefore):
            when(command)
    with pytest.raises(AgainBefore):
        contacts.decide(None, Create({**VALUES, "again_on": date(2026, 3, 3)}))
    assert when(Relink("contact_id", (1,), 2)) == ()
    with pytest.raises(TypeError):
        when(object())
