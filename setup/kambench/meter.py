"""What a piece of work costs: wall clock, processor time here and in the database."""

import contextlib
import time
from pathlib import Path


def process_seconds(pid):
    """Return the seconds a process has been on a processor."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    except OSError:  # a kernel without these statistics: hundredths of a second
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / 100


@contextlib.contextmanager
def cost(cr, parts=1):
    """Measure the block; the dict it gives holds the cost afterwards.

    :param cr: the cursor that all of the work goes through
    :param parts: how many pieces the block does; seconds are those of one
    """
    found, pid = {}, cr._cnx.get_backend_pid()
    backend, ours = process_seconds(pid), time.process_time()
    queries, began = cr.sql_log_count, time.perf_counter()
    yield found
    found["wall"] = (time.perf_counter() - began) / parts
    ours = time.process_time() - ours
    found["cpu"] = (ours + process_seconds(pid) - backend) / parts
    found["queries"] = cr.sql_log_count - queries


def race(sides, rounds):
    """Run all sides once a round, in turn; return {name: list of costs}.

    A round before the first fills the caches and is not counted; every other round
    runs the sides in the opposite order.

    :param sides: {name: function() -> cost}
    """
    costs = {name: [] for name in sides}
    for turn in range(rounds + 1):
        order = list(sides) if turn % 2 else list(reversed(sides))
        for name in order:
            found = sides[name]()
            if turn:
                costs[name].append(found)
    return costs
