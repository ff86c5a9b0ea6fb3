"""Figures of interleaved runs: what ours cost beside what it is compared with.

Pure functions on numbers: no clock, no database.  A cost is a dict of ``wall`` and
``cpu`` seconds (``cpu``: our process and the database's together) and ``queries``.
"""

from statistics import median

MEASURES = ("wall", "cpu")


def spread(numbers):
    """Return the median, least and greatest of some numbers."""
    numbers = list(numbers)
    return {"median": median(numbers), "min": min(numbers), "max": max(numbers)}


def ratios(ours, base, measure, *, speed=False):
    """Return the spread of ours / base, round by round.

    :param ours: list of costs, one a round
    :param base: list of costs of the same rounds
    :param speed: base / ours instead: higher is better then
    """
    pairs = zip(ours, base, strict=True)
    pairs = [(one[measure], other[measure]) for one, other in pairs]
    if speed:
        pairs = [(other, one) for one, other in pairs]
    return spread(over / max(under, 1e-9) for over, under in pairs)


def wanted(kind, limit):
    """Return what is wanted of a row: ``ratio``, ``added`` queries or ``seconds``.

    A ratio of costs, added queries and seconds are to be at most the limit; a ratio of
    speeds at least.
    """
    return {"kind": kind, "limit": limit}


def row(name, ours, base, *, speed=False, want=None, note=""):
    """Return one line of the table.

    :param name: what was measured
    :param ours: list of costs, one a round
    :param base: list of costs of what it is compared with, in the same rounds
    :param speed: say how fast ours is, instead of how dear
    :param want: see :func:`wanted`
    """
    found = {
        "name": name,
        "speed": speed,
        "rounds": len(ours),
        "seconds": spread(one["wall"] for one in ours),
        "base_seconds": spread(one["wall"] for one in base),
        "queries": ours[-1]["queries"],
        "base_queries": base[-1]["queries"],
        "want": want,
        "note": note,
    }
    for measure in MEASURES:
        found[measure] = ratios(ours, base, measure, speed=speed)
    found["met"] = is_met(found)
    return found


def number(name, value, *, unit="s", want=None, note=""):
    """Return a line of the table that is one number: seconds, or MiB."""
    found = {"name": name, "value": value, "unit": unit, "want": want, "note": note}
    found["met"] = is_met(found)
    return found


def is_met(found):
    """Tell whether a row is as wanted; None when nothing is."""
    want = found["want"]
    if want is None:
        return None
    if want["kind"] == "added":
        return found["facts"] <= want["limit"] if "facts" in found else None
    if want["kind"] in ("seconds", "mib"):
        return found["value"] <= want["limit"]
    # CPU time: others at work on the machine change the wall clock, not this
    ratio = found["cpu"]["median"]
    if found["speed"]:
        return ratio >= want["limit"]
    return ratio <= want["limit"]


def with_queries(found, facts, links):
    """Add to a row how many of the added queries are facts', how many the rest."""
    found = {**found, "facts": facts, "links": links}
    found["met"] = is_met(found)
    return found
