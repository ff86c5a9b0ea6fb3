"""Cadence and figures of visits: the worked examples, and what always holds."""

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from kam_core.visits import adherence as figures
from kam_core.visits import cadence, missing

UTC = timezone.utc
MONDAY = date(2026, 3, 2)


def at(day, hour=10, minute=0):
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


# ------------------------------------------------------------------ worked examples
def test_forty_calls_in_each_two_weeks():
    weeks = dict(zip("ABCDE", (2, 4, 6, 8, 10), strict=True))
    customers = dict(zip("ABCDE", (10, 20, 45, 12, 10), strict=True))
    loads = tuple(cadence.Load(customers[one], 7 * weeks[one]) for one in weeks)
    assert cadence.calls_in(14, loads) == 40


def test_the_usual_intervals_are_those_of_the_example():
    days = [days for days, _weight in cadence.DEFAULT_INTERVALS.values()]
    assert days == [14, 28, 42, 56, 70]


def test_ratios():
    assert figures.adherence(42, 50) == Decimal("0.84")
    assert round(figures.coverage(38, 45), 3) == Decimal("0.844")
    assert figures.strike_rate(33, 55) == Decimal("0.6")
    assert figures.lines_per_call(264, 33) == 8
    assert figures.drop_size(Decimal(1980), 33) == 60
    assert round(figures.off_plan_share(13, 55), 3) == Decimal("0.236")


def test_nothing_below_the_line_is_none():
    for one in (figures.adherence, figures.coverage, figures.strike_rate):
        assert one(0, 0) is None
    assert figures.adherence(0, 3, excused=3) is None
    assert figures.effect(Decimal(0), Decimal(5)) is None


# -------------------------------------------------------------------------- cadence
def test_next_due_and_overdue_ratio():
    last = date(2026, 2, 2)
    assert cadence.next_due(last, 14) == date(2026, 2, 16)
    assert cadence.overdue_ratio(date(2026, 2, 16), last, 14) == 1
    assert cadence.overdue_ratio(MONDAY, last, 14) == 2
    assert cadence.overdue_ratio(MONDAY, last, 0) is None
    assert cadence.rank(Decimal(2), Decimal(5)) == 10


def test_never_visited_is_due_from_the_first_day():
    since = date(2026, 2, 20)
    last = cadence.last_or_before(None, since, 14)
    assert cadence.next_due(last, 14) == since
    assert cadence.last_or_before(MONDAY, since, 14) == MONDAY
    assert cadence.last_or_before(None, None, 14) is None


# --------------------------------------------------------------------------- orders
def order(number, day, account=1, lines=8, amount=60):
    return figures.Order(number, account, at(day), lines, Decimal(amount))


def test_an_order_belongs_to_the_nearest_visit_before_it_and_once():
    visits = (
        figures.Done(1, 1, at(2)),
        figures.Done(2, 1, at(4)),
        figures.Done(3, 2, at(4)),
    )
    orders = (order(10, 3), order(11, 5), order(12, 9), order(13, 1), order(14, 4, 2))
    found = figures.strikes(visits, orders, 3)
    assert {key: [one.order_id for one in some] for key, some in found.items()} == {
        1: [10],
        2: [11],
        3: [14],
    }


def test_exactly_n_days_after_counts():
    visit = (figures.Done(1, 1, at(2)),)
    assert figures.strikes(visit, (order(1, 5),), 3)
    late = figures.Order(2, 1, at(5) + timedelta(seconds=1), 1, Decimal(1))
    assert not figures.strikes(visit, (late,), 3)


@given(
    st.lists(st.tuples(st.integers(1, 28), st.integers(1, 3)), max_size=12),
    st.lists(st.tuples(st.integers(1, 28), st.integers(1, 3)), max_size=12),
    st.integers(0, 10),
)
def test_no_order_counts_twice(visited, ordered, days):
    visits = tuple(figures.Done(n, acc, at(d)) for n, (d, acc) in enumerate(visited))
    orders = tuple(order(n, d, acc) for n, (d, acc) in enumerate(ordered))
    found = figures.strikes(visits, orders, days)
    counted = [one.order_id for some in found.values() for one in some]
    assert len(counted) == len(set(counted))
    by_id = {one.visit_id: one for one in visits}
    for visit_id, some in found.items():
        for one in some:
            visit = by_id[visit_id]
            assert visit.account_id == one.account_id
            assert visit.done_at <= one.ordered_at
            assert not any(
                other.account_id == one.account_id
                and visit.done_at < other.done_at <= one.ordered_at
                for other in visits
            )


def test_effect_of_a_training():
    assert figures.effect(Decimal(100), Decimal(125)) == Decimal("0.25")


# ------------------------------------------------------------------ weeks and zones
def test_a_week_with_summer_time_is_an_hour_shorter():
    first, last = figures.week_window(date(2026, 3, 23), "Europe/Berlin")
    assert last - first == timedelta(days=7, hours=-1)
    first, last = figures.week_window(date(2026, 3, 23), "Asia/Bangkok")
    assert last - first == timedelta(days=7)
    assert first == datetime(2026, 3, 22, 17, tzinfo=UTC)


def test_score_of_a_week():
    window = figures.week_window(MONDAY, "UTC")

    def kept(state, done=None, excused=False, moved=False):
        return figures.Kept(1, 1, state, done, excused, moved)

    score = figures.score(
        (
            kept("done", at(3)),
            kept("done", at(8, 23, 59)),
            kept("done", at(9, 0), moved=True),
            kept("missed"),
            kept("cancelled"),
            kept("cancelled", excused=True),
        ),
        window,
    )
    assert (score.committed, score.done_in_week, score.moved) == (6, 2, 1)
    assert (score.missed, score.cancelled, score.excused) == (1, 1, 1)
    assert score.adherence == Decimal(2) / 5


# --------------------------------------------------------------------------- missed
def test_missed_after_the_end_of_its_day_and_the_grace():
    stop = datetime(2026, 3, 2, 16, tzinfo=UTC)  # 23:00 in Bangkok
    ends = missing.grace_ends(stop, "Asia/Bangkok", 12)
    assert ends == datetime(2026, 3, 3, 5, tzinfo=UTC)
    assert missing.grace_ends(stop, "Europe/Berlin", 12) == datetime(
        2026, 3, 3, 11, tzinfo=UTC
    )
    start = stop - timedelta(hours=1)
    eve = ends - timedelta(seconds=1)
    assert missing.verdict(eve, start, stop, "Asia/Bangkok", 12) is None
    assert missing.verdict(ends, start, stop, "Asia/Bangkok", 12) == missing.MISSED


def test_a_visit_until_midnight_is_of_the_day_before():
    stop = datetime(2026, 3, 2, 23, tzinfo=UTC)  # midnight in Berlin
    assert missing.grace_ends(stop, "Europe/Berlin", 0) == stop


def test_the_day_the_clocks_go_back_has_an_hour_more():
    stop = datetime(2026, 10, 25, 12, tzinfo=UTC)
    assert missing.grace_ends(stop, "Europe/Berlin", 0) == datetime(
        2026, 10, 25, 23, tzinfo=UTC
    )


def test_an_absence_is_not_missed():
    start, stop = at(2, 9), at(2, 10)
    later = at(5)
    away = ((at(2, 9, 30), at(2, 18)),)
    assert missing.verdict(later, start, stop, "UTC", 12, away) == missing.EXCUSED
    elsewhere = ((at(2, 10), at(2, 18)),)
    assert missing.verdict(later, start, stop, "UTC", 12, elsewhere) == missing.MISSED
