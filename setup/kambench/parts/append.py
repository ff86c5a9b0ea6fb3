"""An event appended, beside the bare INSERT of the same row into a plain table."""

import io
import json
import uuid
from datetime import datetime, timezone

from odoo.addons.kam_management.models.kam_event_store import Entry, Recorded

from kambench.figures import row, wanted
from kambench.meter import cost, race

EVENTS = 300  # a round
BATCH = 500
STREAM = 3  # events a stream: the first makes it, the others find it
NOW = datetime(2026, 1, 15, 9, 30, tzinfo=timezone.utc)
PAYLOAD = {
    "amount": "1834.50",
    "currency": "EUR",
    "customer_id": 4711,
    "date": "2026-01-15",
    "due_date": "2026-02-14",
    "kind": "out_invoice",
    "lines": [{"line_id": 90210, "amount": "1834.50", "due_date": "2026-02-14"}],
    "untaxed": "1541.60",
}
TABLE = """
DROP TABLE IF EXISTS kam_bench_bare;
CREATE TABLE kam_bench_bare (
    LIKE kam_es.event INCLUDING DEFAULTS INCLUDING IDENTITY
)"""
COLUMNS = (
    "stream_id, version, type, schema, company_id, actor_id, behalf_id, command_id,"
    " causation_id, effective_at, recorded_at, hash, payload, confidential"
)
INSERT = f"""
INSERT INTO kam_bench_bare ({COLUMNS})
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""  # noqa: S608
HASH = bytes(range(32))


def values(n):
    """Return one row as the table takes it."""
    payload = json.dumps(PAYLOAD, sort_keys=True)
    return (
        *(n, 1, "Posted", 1, 1, 2, None, None, None, NOW.isoformat(), NOW.isoformat()),
        *(HASH, payload, None),
    )


def bare(env):
    """Insert rows one by one."""
    for n in range(EVENTS):
        env.cr.execute(INSERT, values(n))


def entry(key):
    """Return one event for a stream."""
    return Entry(
        category="account.move",
        key=key,
        company_id=1,
        events=[Recorded("Posted", PAYLOAD, effective_at=NOW)],
    )


def one_by_one(env):
    """Append events one by one, a few for each of many streams."""
    store = env["kam.event.store"]
    for _stream in range(EVENTS // STREAM):
        key = str(uuid.uuid4())
        for _event in range(STREAM):
            store._append([entry(key)])


def new_streams(env):
    """Append the first event of streams, one by one."""
    store = env["kam.event.store"]
    for _stream in range(EVENTS):
        store._append([entry(str(uuid.uuid4()))])


def batch(env):
    """Append events of as many streams by one call."""
    env["kam.event.store"]._append([entry(str(uuid.uuid4())) for _ in range(BATCH)])


def orm(env):
    """Create ordinary records with the same columns."""
    model = env["kam.bench.event"]
    for n in range(EVENTS):
        model.create(
            {
                "stream_id": n,
                "version": 1,
                "type": "Posted",
                "schema": 1,
                "company_id": 1,
                "actor_id": 2,
                "effective_at": NOW.replace(tzinfo=None),
                "recorded_at": NOW.replace(tzinfo=None),
                "hash": HASH.hex(),
                "payload": PAYLOAD,
            }
        )
        model.flush_model()


def copy(env):
    """Write the rows by COPY."""
    lines = io.StringIO()
    for n in range(BATCH):
        row_values = [
            r"\N"
            if one is None
            else rf"\\x{one.hex()}"
            if isinstance(one, bytes)
            else one
            for one in values(n)
        ]
        lines.write("\t".join(map(str, row_values)) + "\n")
    lines.seek(0)
    env.cr._obj.copy_expert(f"COPY kam_bench_bare ({COLUMNS}) FROM STDIN", lines)


def run(world):
    """Return the rows of the table."""
    with world.env(keep=True) as env:
        env.cr.execute(TABLE)
        env.cr.execute("ANALYZE kam_es.stream, kam_es.event")

    def side(work, parts=EVENTS):
        def once():
            with world.env() as env, cost(env.cr, parts) as found:
                work(env)
            return {**found, "queries": None}

        return once

    costs = race(
        {
            "bare": side(bare),
            "append": side(one_by_one),
            "new": side(new_streams),
            "batch": side(batch, BATCH),
            "orm": side(orm),
            "copy": side(copy, BATCH),
        },
        world.rounds,
    )
    base = costs["bare"]
    lines = {
        "append": ("append of an event, one by one", wanted("ratio", 0.45), ""),
        "new": ("append of a stream's first event", None, ""),
        "batch": (f"append of {BATCH} in one call", None, ""),
        "orm": ("Odoo's create of the same columns", None, "not ours: for comparison"),
        "copy": ("COPY of the same rows", None, "not ours: the limit"),
    }
    return [
        row(name, costs[key], base, speed=True, want=want, note=note)
        for key, (name, want, note) in lines.items()
    ]
