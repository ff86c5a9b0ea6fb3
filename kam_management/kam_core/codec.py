"""Events to and from JSON: no floats, dates as ISO text, amounts as decimal text.

Types come from the annotations of the event and of the state, so an event is a plain
dataclass and nothing else. Free text goes through two callbacks, because its body
lies outside the log.
"""

from dataclasses import is_dataclass
from datetime import date, datetime, timezone
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Union, get_args, get_origin, get_type_hints

from .record import Text, names

TEXT = "$text"


@cache
def _hints(cls):
    return get_type_hints(cls)


def encode(value, keep_text):
    """Return ``value`` as JSON data.

    :param value: event, part, scalar, tuple or dict of them
    :param keep_text: function(body: str) -> digest, called for each free text
    :raises TypeError: for a value the log does not hold, floats among them
    """
    match value:
        case Text():
            return {TEXT: keep_text(str(value))}
        case None | bool() | int() | str():
            return value
        case Decimal():
            return format(value, "f")
        case datetime():
            return value.astimezone(timezone.utc).isoformat()
        case date():
            return value.isoformat()
        case dict():
            return {key: encode(one, keep_text) for key, one in value.items()}
        case tuple() | list():
            return [encode(one, keep_text) for one in value]
        case _ if is_dataclass(value):
            return {
                name: encode(getattr(value, name), keep_text)
                for name in names(type(value))
            }
    raise TypeError(f"{type(value).__name__} does not go into the log: {value!r}")


def decode_event(core, name, payload, read_text):
    """Return the event ``name`` of a core module from its JSON payload.

    :param read_text: function(digest) -> body or None when it was erased
    :raises KeyError: for an event the core does not know
    """
    event, hints = core.EVENTS[name], _hints(core.EVENTS[name])
    state_hints = _hints(core.State)
    return event(
        **{
            field: {
                key: _decode(one, state_hints[key], read_text)
                for key, one in payload[field].items()
                if key in state_hints
            }
            if field in ("values", "changes")
            else _decode(payload[field], hints[field], read_text)
            for field in names(event)
            if field in payload
        }
    )


def upcast(core, name, schema, payload):
    """Lift a recorded payload to the newest schema of its event."""
    upcasters = getattr(core, "UPCASTERS", {})
    while (name, schema) in upcasters:
        payload = upcasters[name, schema](payload)
        schema += 1
    return payload


def _decode(value, hint, read_text):
    if value is None:
        return None
    hint = _some(hint)
    if get_origin(hint) is tuple:
        inner = get_args(hint)[0]
        return tuple(_decode(one, inner, read_text) for one in value)
    if is_dataclass(hint):
        hints = _hints(hint)
        return hint(
            **{
                k: _decode(v, hints[k], read_text)
                for k, v in value.items()
                if k in hints
            }
        )
    return _decode_scalar(value, hint, read_text)


def _decode_scalar(value, hint, read_text):
    if hint is tuple:  # a row of codes, as it is
        return tuple(value)
    if hint is Text:
        body = read_text(value[TEXT]) if isinstance(value, dict) else value
        return None if body is None else Text(body)
    if hint is Decimal:
        return Decimal(value)
    if hint in (date, datetime):
        return hint.fromisoformat(value)
    return value


def _some(hint):
    """Return X for ``X | None``."""
    if get_origin(hint) in (Union, UnionType):
        return next(one for one in get_args(hint) if one is not type(None))
    return hint


def digests(payload):
    """Yield the digests of all free texts in a payload."""
    if isinstance(payload, dict):
        if TEXT in payload:
            yield payload[TEXT]
        else:
            for one in payload.values():
                yield from digests(one)
    elif isinstance(payload, list):
        for one in payload:
            yield from digests(one)


def take_out(payload, confidential):
    """Move the confidential fields out of a payload, in place.

    :param confidential: names of fields, at the top or in ``values`` and ``changes``
    :return: dict of what was taken, None when there was none
    """
    taken = {}
    for name in confidential & payload.keys():
        taken[name] = payload.pop(name)
    for group in ("values", "changes"):
        inner = payload.get(group)
        if isinstance(inner, dict) and (found := confidential & inner.keys()):
            taken[group] = {name: inner.pop(name) for name in found}
    return taken or None


def put_back(payload, confidential):
    """Return the payload with its confidential fields, the inverse of take_out."""
    if not confidential:
        return payload
    whole = {**payload, **confidential}
    for group in ("values", "changes"):
        if group in confidential:
            whole[group] = {**payload[group], **confidential[group]}
    return whole
