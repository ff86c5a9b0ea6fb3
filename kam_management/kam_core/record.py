"""What every event-sourced record understands: commands, events, refusals.

A core module of a record (``accounts``, ``delegations``, …) offers:

``State``
    frozen dataclass; its fields are the event-sourced fields
``PARTS``
    ``{field: dataclass}`` of the lines that live in the record's own stream
``EVENTS``
    ``{name: dataclass}``, made by :func:`catalogue`
``UPCASTERS``
    ``{(name, schema): function}`` that lift an older payload by one schema
``CONFIDENTIAL``
    names of fields that only those entitled may read in the log (cost, pay)
``decide(state, command) -> tuple of events`` and ``evolve(state, event) -> state``
"""

from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cache


def _(source):
    """Mark a sentence for translation; Odoo's layer translates it."""
    return source


class Text(str):
    """Free text, perhaps about a person: kept beside the log, so it can be erased."""

    __slots__ = ()


class DomainError(Exception):
    """A refusal, in a sentence that names the field and the mend.

    ``message`` is a translatable template with named parameters; ``code`` never
    changes, so that an integration can rely on it.
    """

    code = "refused"
    message = _("This is not possible.")

    def __init__(self, **params):
        super().__init__(self.message % params)
        self.params = params


class UseButton(DomainError):
    """A field that changes by a decision was edited."""

    code = "use_button"
    message = _("“%(field)s” is a decision: use the button “%(button)s”.")


class FieldMissing(DomainError):
    """A field without which the record says nothing."""

    code = "field_missing"
    message = _("“%(field)s” is missing: choose one.")


class FixedField(DomainError):
    """A field that says which record this is, or whose it is."""

    code = "fixed_field"
    message = _("“%(field)s” stays as it is. Make a new record instead.")


class DayMissing(DomainError):
    """A decision that does not say from when."""

    code = "day_missing"
    message = _("The date is missing: say from which day.")


class DayOutOfRange(DomainError):
    """A day that no calendar of business reaches; a typing error."""

    code = "day_out_of_range"
    message = _("The date %(day)s is out of range: choose one from 1900 to 2199.")


FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)


@dataclass(frozen=True, slots=True)
class Create:
    """Make the record; ``values`` holds every field of the state."""

    values: dict


@dataclass(frozen=True, slots=True)
class Edit:
    """Change fields; ``changes`` holds those whose value differs."""

    changes: dict


@dataclass(frozen=True, slots=True)
class Remove:
    """Delete the record; its stream stays."""


@dataclass(frozen=True, slots=True)
class Relink:
    """A record that this one points to was merged into another."""

    field: str
    source_ids: tuple[int, ...]
    target_id: int


@dataclass(frozen=True, slots=True)
class Created:
    """The record came to be; ``values`` holds every field of its first state."""

    values: dict


@dataclass(frozen=True, slots=True)
class Changed:
    """What an edit changed that no event in the trade's words says."""

    changes: dict


@dataclass(frozen=True, slots=True)
class Relinked:
    """A record that this one points to was merged into another."""

    field: str
    source_ids: tuple[int, ...]
    target_id: int


@dataclass(frozen=True, slots=True)
class Removed:
    """The record was deleted."""


COMMON_EVENTS = (Created, Changed, Relinked, Removed)


@cache
def names(cls):
    """Return the field names of a dataclass."""
    return tuple(field.name for field in fields(cls))


def catalogue(*events):
    """Return the events of a core module by name, the common ones among them."""
    return {event.__name__: event for event in (*COMMON_EVENTS, *events)}


def schema_of(event):
    """Return the schema version of an event class (1 unless it says otherwise)."""
    return getattr(event, "SCHEMA", 1)


def initial(state_class, values):
    """Return the canonical first values: every field of the state, defaults filled."""
    blank = state_class()
    return {name: values.get(name, getattr(blank, name)) for name in names(state_class)}


def begun(state_class, values, needed=(), decided=None):
    """Return the first values of a record of which parts are decisions.

    :param needed: fields without which the record says nothing
    :param decided: {field: button}: fields that only a decision fills
    :raises FieldMissing: a needed field is empty
    :raises UseButton: a decision was given from the beginning
    """
    values = initial(state_class, values)
    for field in needed:
        if not values[field]:
            raise FieldMissing(field=field)
    for field, button in (decided or {}).items():
        if values[field]:
            raise UseButton(field=field, button=button)
    return values


def check_day(day):
    """Return ``day``, which must be given and be one that can be reckoned with.

    :raises DayMissing: no day
    :raises DayOutOfRange: before 1900 or after 2199
    """
    if day is None:
        raise DayMissing()
    if not FIRST_DAY <= day <= LAST_DAY:
        raise DayOutOfRange(day=day.isoformat())
    return day


def relink(state, command):
    """Return the events for a :class:`Relink` command on ``state``."""
    value = getattr(state, command.field)
    held = value if isinstance(value, tuple) else (value,)
    if not set(held) & set(command.source_ids):
        return ()
    return (Relinked(command.field, tuple(command.source_ids), command.target_id),)


def decide_common(state_class, state, command, check=None, fixed=()):
    """Return the events of a command on what is only made, edited and removed.

    :param check: function(state as it would be) that refuses what says nothing
    :param fixed: fields that say which record it is; needed, and never changed
    :raises FieldMissing: a fixed field is empty
    :raises FixedField: a fixed field was changed
    :raises TypeError: a command that the core must handle itself
    """
    check = check or (lambda _state: None)
    match command:
        case Create(values):
            values = initial(state_class, values)
            for field in fixed:
                if not values[field]:
                    raise FieldMissing(field=field)
            check(state_class(**values))
            return (Created(values),)
        case Edit(changes):
            for field in fixed:
                if field in changes:
                    raise FixedField(field=field)
            check(replace(state, **changes))
            return (Changed(changes),)
        case Relink():
            return relink(state, command)
        case Remove():
            return (Removed(),)
    raise TypeError(f"unknown command {type(command).__name__}")


def evolve_common(state_class, state, event):
    """Return the state after one of the common events."""
    match event:
        case Created(values):
            return state_class(
                **{k: values[k] for k in names(state_class) if k in values}
            )
        case Changed(changes):
            return replace(state, **changes)
        case Relinked(field, source_ids, target_id):
            return replace(
                state, **{field: _moved(state, field, source_ids, target_id)}
            )
        case Removed():
            return None
    raise TypeError(f"unknown event {type(event).__name__}")


def _moved(state, field, source_ids, target_id):
    value = getattr(state, field)
    if not isinstance(value, tuple):
        return target_id if value in source_ids else value
    return tuple(sorted({target_id if one in source_ids else one for one in value}))


def fold(core, events, state=None):
    """Return the state after ``events``; events before the creation are passed over."""
    for event in events:
        if state is None and not isinstance(event, Created):
            continue
        state = core.evolve(state, event)
    return state
