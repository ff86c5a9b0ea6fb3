"""Every core module that has events, with examples and strategies for each of them.

All is made from the annotations, so that no new module, event or field is forgotten.
"""

import dataclasses
import importlib
import pkgutil
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path
from types import UnionType
from typing import Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

import kam_core
from kam_core import codec
from kam_core.record import Text, names, schema_of

FROZEN = Path(__file__).parents[1] / "data" / "events"
# the streams' category of each core module: the name of the Odoo model
CATEGORIES = {
    "kam_core.accounts": "kam.account",
    "kam_core.collections.contacts": "kam.collection.contact",
    "kam_core.collections.disputes": "kam.dispute",
    "kam_core.collections.letters": "kam.reminder",
    "kam_core.collections.promises": "kam.promise",
    "kam_core.approval_rules": "kam.approval.rule",
    "kam_core.approvals": "kam.approval",
    "kam_core.pricing.columns": "kam.price.column",
    "kam_core.pricing.forms_taken": "kam.order.form",
    "kam_core.pricing.grants": "kam.price.grant",
    "kam_core.pricing.policies": "kam.price.policy",
    "kam_core.delegations": "kam.delegation",
    "kam_core.exports": "kam.export",
    "kam_core.needs": "kam.need",
    "kam_core.segments": "kam.segment",
    "kam_core.kpi.kpis": "kam.kpi",
    "kam_core.kpi.order_value": "kam.kpi.order.value",
    "kam_core.visits.account_cadence": "kam.account.cadence",
    "kam_core.visits.intervals": "kam.cadence",
    "kam_core.visits.kinds": "kam.visit.kind",
    "kam_core.visits.visit": "kam.visit",
    "kam_core.visits.week": "kam.week",
    "kam_core.credit.checklist": "kam.reliability.item",
    "kam_core.credit.closings": "kam.order.closing",
    "kam_core.credit.groups": "kam.credit.group",
    "kam_core.credit.queue": "kam.credit.queue",
    "kam_core.credit.reliability": "kam.reliability.check",
    "kam_core.credit.reservations": "kam.credit.line",
    "kam_core.credit.rule_records": "kam.credit.rule",
    "kam_core.credit.terms": "kam.credit.terms",
    "kam_core.targets.targets": "kam.target",
    "kam_core.pay.schemes": "kam.pay.scheme",
    "kam_core.pay.statements": "kam.pay.statement",
    "kam_core.receivables.acts": "kam.act",
    "kam_core.documents.ledger": "account.move",
    "kam_core.documents.orders": "sale.order",
}

days = st.dates(date(1900, 1, 1), date(2199, 12, 31))
# of each type: a value before, a value after, a strategy
LEAVES = {
    bool: (False, True, st.booleans()),
    int: (3, 7, st.integers(-(2**31), 2**31 - 1)),
    str: ("old", "new", st.text(max_size=20)),
    Text: (
        Text("Said before."),
        Text("Told in a sentence."),
        st.text(min_size=1, max_size=40).map(Text),
    ),
    date: (date(2025, 6, 1), date(2026, 3, 31), days),
    datetime: (
        datetime(2025, 6, 1, 7, tzinfo=timezone.utc),
        datetime(2026, 3, 31, 9, 30, tzinfo=timezone.utc),
        st.datetimes(timezones=st.just(timezone.utc)),
    ),
    Decimal: (
        Decimal("100.00"),
        Decimal("12.50"),
        st.decimals(allow_nan=False, allow_infinity=False, places=4),
    ),
    tuple: (
        (3, "1"),
        (7, "2.5"),
        st.lists(st.none() | st.integers() | st.text(max_size=3), max_size=3).map(
            tuple
        ),
    ),
    dict: (
        {"3": "1"},
        {"7": "2.5"},
        st.dictionaries(st.text(max_size=3), st.text(max_size=5) | st.integers()),
    ),
}
BEFORE, AFTER = 0, 1


def modules():
    """Return the core modules that have a catalogue of events."""
    found = []
    for info in pkgutil.walk_packages(kam_core.__path__, "kam_core."):
        module = importlib.import_module(info.name)
        if hasattr(module, "EVENTS") and hasattr(module, "State"):
            found.append(module)
    return found


def events():
    """Return (module, event class) of all of them."""
    return [(core, event) for core in modules() for event in core.EVENTS.values()]


def label(value):
    """Return the words for a test's name."""
    return value.__name__.removeprefix("kam_core.")


def example(hint, which=AFTER):
    """Return one value of a type, every field filled."""
    hint = _some(hint)[0]
    if get_origin(hint) is tuple:
        return (example(get_args(hint)[0], which),)
    if dataclasses.is_dataclass(hint):
        hints = get_type_hints(hint)
        return hint(**{k: example(v, which) for k, v in hints.items()})
    return LEAVES[hint][which]


def strategy(hint):
    """Return a strategy of the values of a type."""
    hint, optional = _some(hint)
    if get_origin(hint) is tuple:
        found = st.lists(strategy(get_args(hint)[0]), max_size=3).map(tuple)
    elif dataclasses.is_dataclass(hint):
        hints = get_type_hints(hint)
        found = st.builds(hint, **{k: strategy(v) for k, v in hints.items()})
    else:
        found = LEAVES[hint][2]
    return st.none() | found if optional else found


def event_example(core, event):
    """Return one event, every field filled."""
    return event(**{name: _event_field(core, event, name) for name in names(event)})


def _event_field(core, event, name):
    hints = get_type_hints(core.State)
    match name:
        case "values":
            return {field: example(hint) for field, hint in hints.items()}
        case "changes":
            first = next(iter(hints))
            return {first: example(hints[first])}
        case "field":
            return next(iter(hints))
    # what these two name is what the state before holds
    which = name == "source_ids" or (name, event.__name__) == ("match_id", "Unmatched")
    return example(get_type_hints(event)[name], BEFORE if which else AFTER)


def event_strategy(core, event):
    """Return a strategy of an event."""
    state = {name: strategy(hint) for name, hint in get_type_hints(core.State).items()}
    special = {
        "values": st.fixed_dictionaries(state),
        "changes": st.fixed_dictionaries({}, optional=state),
    }
    hints = get_type_hints(event)
    return st.builds(
        event,
        **{
            name: special[name] if name in special else strategy(hints[name])
            for name in names(event)
        },
    )


def plain(value):
    """Return JSON data of a state or event, its free texts left in."""
    return codec.encode(value, str)


def golden(core, event):
    """Return what the frozen file of an event holds."""
    before = None if event.__name__ == "Created" else example(core.State, BEFORE)
    one = event_example(core, event)
    payload = plain(one)
    confidential = codec.take_out(payload, getattr(core, "CONFIDENTIAL", frozenset()))
    return {
        "type": event.__name__,
        "schema": schema_of(event),
        "payload": payload,
        "confidential": confidential,
        "before": plain(before),
        "after": plain(core.evolve(before, one)),
    }


def golden_file(core, event):
    """Return the frozen file of an event at its newest schema."""
    category = CATEGORIES[core.__name__]
    return FROZEN / f"{category}.{event.__name__}.v{schema_of(event)}.json"


def _some(hint):
    if get_origin(hint) in (Union, UnionType):
        args = get_args(hint)
        return next(one for one in args if one is not type(None)), True
    return hint, False
