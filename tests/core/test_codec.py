"""Events as JSON: nothing lost, nothing inexact, nothing released ever forgotten.

A new event gets its frozen file by ``FREEZE_EVENTS=1 pytest tests/core -k golden``;
a file, once there, is never written again: what it holds lies in logs of companies.
"""

import json
import os
import re
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kam_core import codec
from kam_core.record import Text, names

from .cores import (
    CATEGORIES,
    FROZEN,
    event_strategy,
    events,
    golden,
    golden_file,
    label,
    modules,
    plain,
)

EVENTS = events()
FILES = sorted(FROZEN.glob("*.json"))
CORES = {category: name for name, category in CATEGORIES.items()}
fields = st.sampled_from(["cost", "margin", "amount", "values", "changes", "note"])
inner = st.dictionaries(fields, st.integers() | st.text(max_size=5), max_size=5)
payloads = st.dictionaries(fields, st.integers() | st.text(max_size=5), max_size=5)


@pytest.mark.parametrize("core", modules(), ids=label)
def test_each_core_is_complete(core):
    assert core.__name__ in CATEGORIES, "name the model of its streams in cores.py"
    for name in ("EVENTS", "PARTS", "State", "evolve"):
        assert hasattr(core, name)
    for name, event in core.EVENTS.items():
        assert name == event.__name__
    state = set(names(core.State))
    confidential = getattr(core, "CONFIDENTIAL", frozenset())
    inside = {name for event in core.EVENTS.values() for name in names(event)}
    assert confidential <= state | inside
    assert set(core.PARTS) <= state
    for part in core.PARTS.values():
        assert "key" in names(part)


@pytest.mark.parametrize(("core", "event"), EVENTS, ids=label)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_every_event_survives_the_log(core, event, data):
    one = data.draw(event_strategy(core, event))
    texts = {}

    def keep(body):
        digest = f"digest {len(texts)}"
        texts[digest] = body
        return digest

    encoded = codec.encode(one, keep)
    taken = codec.take_out(encoded, getattr(core, "CONFIDENTIAL", frozenset()))
    stored, confidential = json.loads(json.dumps([encoded, taken]))
    assert no_floats([stored, confidential])
    assert set(codec.digests([stored, confidential])) == set(texts)
    whole = codec.put_back(stored, confidential)
    assert codec.decode_event(core, event.__name__, whole, texts.get) == one
    erased = codec.decode_event(core, event.__name__, whole, {}.get)
    assert plain_texts(erased) == []


def no_floats(value):
    match value:
        case dict():
            return all(no_floats(one) for one in value.values())
        case list():
            return all(no_floats(one) for one in value)
    return not isinstance(value, float)


def plain_texts(event):
    found = []
    codec.encode(event, lambda body: found.append(body) or "")
    return found


@pytest.mark.parametrize("value", [1.5, float("nan"), object(), {1, 2}, b"x"])
def test_what_is_not_exact_stays_out(value):
    with pytest.raises(TypeError, match="does not go into the log"):
        codec.encode({"share": value}, str)


def test_a_moment_is_kept_in_utc():
    zone = timezone(timedelta(hours=3))
    assert plain(datetime(2026, 3, 1, 1, tzinfo=zone)) == "2026-02-28T22:00:00+00:00"
    assert plain(Decimal("1E+3")) == "1000"


@given(payload=payloads, values=inner, changes=inner, secret=st.frozensets(fields))
def test_put_back_undoes_take_out(payload, values, changes, secret):
    payload |= {"values": values, "changes": changes}
    secret -= {"values", "changes"}
    stored = json.loads(json.dumps(payload))
    taken = codec.take_out(stored, secret)
    for group in (stored, stored["values"], stored["changes"]):
        assert not secret & group.keys()
    assert codec.put_back(stored, taken) == payload


def test_upcasters_run_one_after_another():
    class Core:
        UPCASTERS = {
            ("Visited", 1): lambda payload: {**payload, "b": 1},
            ("Visited", 2): lambda payload: {**payload, "c": payload["b"] + 1},
        }

    assert codec.upcast(Core, "Visited", 1, {}) == {"b": 1, "c": 2}
    assert codec.upcast(Core, "Visited", 3, {"x": 0}) == {"x": 0}
    assert codec.upcast(Core, "Other", 1, {"x": 0}) == {"x": 0}


@pytest.mark.parametrize(("core", "event"), EVENTS, ids=label)
def test_every_event_has_a_golden_file(core, event):
    file = golden_file(core, event)
    if not file.exists() and os.environ.get("FREEZE_EVENTS"):
        file.write_text(
            json.dumps(golden(core, event), indent=2, sort_keys=True) + "\n"
        )
    assert file.exists(), "released events are frozen; see the head of this file"


def test_there_are_golden_files():
    assert len(list(FROZEN.glob("*.json"))) >= len(EVENTS)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_was_released_is_folded_for_ever(file):
    category, name, schema = re.fullmatch(r"(.+)\.(\w+)\.v(\d+)", file.stem).groups()
    core = next(one for one in modules() if one.__name__ == CORES[category])
    frozen = json.loads(file.read_text())
    assert (frozen["type"], frozen["schema"]) == (name, int(schema))
    payload = codec.put_back(frozen["payload"], frozen["confidential"])
    payload = codec.upcast(core, name, int(schema), payload)
    event = codec.decode_event(core, name, payload, Text)
    before = codec._decode(frozen["before"], core.State, Text)
    assert plain(core.evolve(before, event)) == frozen["after"]
