"""Verify and seal all events, beside hashing them alone."""

from kambench.figures import row
from kambench.meter import cost, race

ROUNDS = 3  # at most: each reads the whole log
CONTENT = """
SELECT count(kam_es.content(s.category, s.key, e.type, e.schema, e.company_id,
       e.actor_id, e.behalf_id, e.command_id, e.causation_id, e.effective_at,
       e.recorded_at, e.payload, e.confidential))
  FROM kam_es.event e JOIN kam_es.stream s ON s.id = e.stream_id
"""
HEADS = """
SELECT count(kam_es.head_digest(category, key, version, last_hash)) FROM kam_es.stream
"""


def hashing(world, query):
    """Return a side that hashes, and does nothing else."""

    def once():
        with world.env("history") as env:
            env.cr.execute("SET LOCAL max_parallel_workers_per_gather = 0")
            with cost(env.cr) as found:
                env.cr.execute(query)
                env.cr.fetchone()
        return found

    return once


def verify(world, numbers):
    """Verify the whole log."""
    with world.env("history") as env:
        env.cr.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        audit = env["kam.log.audit"]
        with cost(env.cr) as found:
            done = [audit._run_unit(unit) for unit in audit._units("verify")]
        if wrong := [one for findings, _numbers in done for one in findings]:
            raise AssertionError(f"the log does not verify: {wrong[:3]}")
        numbers["events"] = sum(one.get("events", 0) for _findings, one in done)
    return found


def seal(world, numbers):
    """Seal the whole log for the first time."""
    with world.env("history") as env:
        env.cr.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        with cost(env.cr) as found:
            numbers["heads"] = env["kam.log.audit"]._seal()["heads"]
    return found


def run(world):
    """Return the rows of the table."""
    numbers, rounds = {}, min(world.rounds, ROUNDS)
    verified = race(
        {
            "hash": hashing(world, CONTENT),
            "verify": lambda: verify(world, numbers),
        },
        rounds,
    )
    sealed = race(
        {"hash": hashing(world, HEADS), "seal": lambda: seal(world, numbers)}, rounds
    )
    return [
        row(
            "verify all events, beside hashing them alone",
            verified["verify"],
            verified["hash"],
            note=rate(numbers["events"], "events", verified["verify"]),
        ),
        row(
            "seal all heads, beside hashing them alone",
            sealed["seal"],
            sealed["hash"],
            note=rate(numbers["heads"], "heads", sealed["seal"]),
        ),
    ]


def rate(count, what, costs):
    """Say how many a second."""
    best = min(one["wall"] for one in costs)
    return f"{count} {what}, {count / best:.0f} a second"
