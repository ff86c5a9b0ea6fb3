"""The plan of a week: what no plan may break, found by hypothesis, and examples."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from kam_core.visits import planning
from kam_core.visits.cadence import last_or_before

UTC = timezone.utc
# in the first the clocks change on the Sunday of the week
MONDAYS = (date(2026, 3, 23), date(2026, 10, 19), date(2026, 6, 1))
ZONES = ("UTC", "Europe/Berlin", "Asia/Bangkok", "America/Los_Angeles")


def working(monday, zone, days=5, first=9, last=17):
    """Return office hours of a week, without the hour of lunch."""
    out = []
    for n in range(days):
        day = monday + timedelta(days=n)
        for begin, end in ((first, 12), (13, last)):
            if begin < end:
                out.append(
                    tuple(
                        datetime.combine(day, time(hour), ZoneInfo(zone)).astimezone(
                            UTC
                        )
                        for hour in (begin, end)
                    )
                )
    return out


def manager(monday, zone="UTC", user_id=1, busy=(), **more):
    free = planning.subtract(working(monday, zone), list(busy))
    return planning.Manager(user_id, zone, tuple(free), **more)


def candidate(account_id=1, last=None, **more):
    given = {
        "user_id": 1,
        "since": date(2026, 1, 1),
        "interval_days": 14,
        **more,
    }
    return planning.Candidate(account_id=account_id, last=last, **given)


def plan(monday, managers, candidates, today=None):
    return planning.plan_week(
        monday, today or monday, tuple(managers), tuple(candidates)
    )


# ------------------------------------------------------------------------- examples
def test_the_most_urgent_comes_first_and_towns_go_together():
    monday = MONDAYS[2]
    found, left = plan(
        monday,
        [manager(monday)],
        [
            candidate(1, monday - timedelta(days=14), town="Bonn"),
            candidate(2, monday - timedelta(days=28), town="Aachen"),
            candidate(3, monday - timedelta(days=14), town="Aachen"),
        ],
    )
    assert not left
    days = {one.account_id: one.start.date() for one in found}
    assert days[2] == monday
    assert days[3] == days[2]
    assert days[1] != days[2]
    assert {one.account_id: one.ratio for one in found} == {1: 1, 2: 2, 3: 1}


def test_weight_of_the_class_outranks():
    monday = MONDAYS[2]
    room = manager(monday, most_a_day=1)
    twice = monday - timedelta(days=28)
    found, left = plan(
        monday,
        [room],
        [
            *(
                candidate(n, monday - timedelta(days=14), weight=Decimal(5))
                for n in range(1, 6)
            ),
            candidate(9, twice, weight=Decimal(1)),
        ],
    )
    assert [one.account_id for one in found] == [1, 2, 3, 4, 5]
    assert [(one.account_id, one.cause) for one in left] == [(9, planning.FULL)]


def test_not_due_planned_or_without_cadence_is_left_alone():
    monday = MONDAYS[2]
    found, left = plan(
        monday,
        [manager(monday)],
        [
            candidate(1, monday - timedelta(days=7)),  # due on Monday of next week
            candidate(2, planned=(monday,)),
            candidate(3, interval_days=0),
            candidate(4, since=None),
        ],
    )
    assert (found, left) == ((), ())


def test_due_on_sunday_is_due_in_the_week():
    monday = MONDAYS[2]
    [one], _left = plan(
        monday, [manager(monday)], [candidate(1, monday - timedelta(days=8))]
    )
    assert one.due_on == monday + timedelta(days=6)


def test_every_three_days_is_twice_a_week():
    monday = MONDAYS[2]
    found, _left = plan(
        monday,
        [manager(monday)],
        [candidate(1, monday - timedelta(days=3), interval_days=3)],
    )
    days = [one.start.date() for one in found]
    assert len(days) == 2
    assert days[1] - days[0] >= timedelta(days=3)


def test_no_day_no_time_and_nobody_to_go():
    monday = MONDAYS[2]
    _found, left = plan(
        monday,
        [manager(monday)],
        [
            candidate(1, weekdays=frozenset({6}), hour_from=Decimal(22)),
            candidate(2, duration_minutes=600),
            candidate(3, user_id=7),
        ],
    )
    causes = {one.account_id: one.cause for one in left}
    assert causes == dict.fromkeys((1, 2, 3), planning.NO_TIME)
    _found, left = plan(
        monday,
        [manager(monday)],
        [candidate(1, weekdays=frozenset({0}))],
        today=monday + timedelta(days=1),
    )
    assert [one.cause for one in left] == [planning.NO_DAY]


def test_nothing_is_planned_before_today():
    monday = MONDAYS[2]
    today = monday + timedelta(days=3)
    found, _left = plan(monday, [manager(monday)], [candidate(1)], today)
    assert found[0].start.date() >= today


def test_an_account_handed_over_in_the_week_keeps_to_its_managers_days():
    monday = date(2026, 6, 1)
    thursday = monday + timedelta(days=3)
    former = candidate(1, owned=(None, thursday - timedelta(days=1)))
    later = candidate(2, user_id=2, owned=(thursday, None))
    found, left = plan(
        monday, (manager(monday), manager(monday, user_id=2)), (former, later)
    )
    assert [one.start.date() for one in found] == [monday, thursday]
    found, left = plan(
        monday, (manager(monday),), (former,), today=monday + timedelta(days=4)
    )
    assert ([one.cause for one in left], found) == ([planning.NO_DAY], ())


def test_the_first_free_time_of_a_chosen_day():
    monday = date(2026, 6, 1)
    nine, ten, one_pm = (datetime(2026, 6, 1, hour, tzinfo=UTC) for hour in (9, 10, 13))
    anyone = manager(monday)
    account = candidate(weekdays=frozenset({4}), hour_from=Decimal(10))
    slot = planning.first_free(monday, anyone, account)
    assert slot == (ten, ten + timedelta(hours=1)), "its hours count, its days do not"
    evening = candidate(hour_from=Decimal(20), hour_to=Decimal(22))
    assert planning.first_free(monday, anyone, evening)[0] == nine
    busy = manager(monday, busy=[(nine, one_pm)])
    assert planning.first_free(monday, busy, candidate())[0] == one_pm
    assert planning.first_free(monday + timedelta(days=6), anyone, account) is None
    full = manager(monday, most_a_day=1, booked=((nine, ""),))
    assert planning.first_free(monday, full, candidate()), "who chooses knows why"


# ----------------------------------------------------------------------- properties
@st.composite
def weeks(draw):
    monday = draw(st.sampled_from(MONDAYS))
    first = datetime.combine(monday, time.min, UTC)
    spans = st.tuples(st.integers(-600, 8 * 1440), st.integers(5, 900)).map(
        lambda pair: (
            first + timedelta(minutes=pair[0]),
            first + timedelta(minutes=sum(pair)),
        )
    )
    managers = []
    for user_id in range(1, draw(st.integers(1, 3)) + 1):
        busy = draw(st.lists(spans, max_size=6))
        zone = draw(st.sampled_from(ZONES))
        managers.append(
            (
                manager(
                    monday,
                    zone,
                    user_id,
                    busy,
                    gap_minutes=draw(st.sampled_from((0, 15, 45))),
                    most_a_day=draw(st.integers(1, 8)),
                ),
                busy,
            )
        )
    hours = st.integers(0, 24).map(Decimal)
    candidates = [
        candidate(
            n,
            last=draw(
                st.none()
                | st.dates(monday - timedelta(days=90), monday - timedelta(days=1))
            ),
            user_id=draw(st.integers(1, 3)),
            interval_days=draw(st.integers(1, 60)),
            weight=Decimal(draw(st.integers(1, 5))),
            weekdays=frozenset(draw(st.sets(st.integers(0, 6), min_size=1))),
            hour_from=min(pair),
            hour_to=max(pair),
            duration_minutes=draw(st.integers(1, 300)),
            town=draw(st.sampled_from(("", "Aachen", "Bonn"))),
            planned=draw(st.sampled_from(((), (), (), (monday,)))),
            owned=draw(
                st.sampled_from(
                    (
                        (None, None),
                        (monday + timedelta(days=2), None),
                        (None, monday + timedelta(days=2)),
                    )
                )
            ),
        )
        for n, pair in enumerate(
            draw(st.lists(st.tuples(hours, hours), max_size=25)), start=1
        )
    ]
    today = monday + timedelta(days=draw(st.integers(-7, 6)))
    return monday, today, managers, candidates


@given(weeks())
def test_no_plan_breaks_hours_busy_times_cadence_or_books_twice(week):
    monday, today, with_busy, candidates = week
    managers = tuple(one for one, _busy in with_busy)
    found, left = planning.plan_week(monday, today, managers, tuple(candidates))
    by_id = {one.account_id: one for one in candidates}
    by_user = defaultdict(list)
    for one in found:
        by_user[one.user_id].append(one)
        _within_the_account(one, by_id[one.account_id], managers, today, monday)
    for one, busy in with_busy:
        _within_the_manager(one, busy, by_user.pop(one.user_id, []))
    assert not by_user
    _within_the_cadence(found, by_id)
    placed = {one.account_id for one in found}
    assert not placed & {one.account_id for one in left}
    due = {one.account_id for one in candidates if planning.due_in_week(one, monday)}
    assert placed | {one.account_id for one in left} == due


def _within_the_account(one, account, managers, today, monday):
    assert one.user_id == account.user_id
    assert one.stop - one.start == timedelta(minutes=account.duration_minutes)
    zone = ZoneInfo(next(m.zone for m in managers if m.user_id == one.user_id))
    start, stop = one.start.astimezone(zone), one.stop.astimezone(zone)
    assert max(today, monday) <= start.date() <= monday + timedelta(days=6)
    assert start.date().weekday() in account.weekdays
    first, last = account.owned
    assert (first or start.date()) <= start.date() <= (last or start.date())
    begin = Decimal(start.hour * 60 + start.minute) / 60
    end = Decimal(stop.hour * 60 + stop.minute) / 60
    end += 24 * (stop.date() - start.date()).days
    assert account.hour_from <= begin
    assert end <= account.hour_to


def _within_the_manager(one, busy, visits):
    gap = timedelta(minutes=one.gap_minutes)
    zone = ZoneInfo(one.zone)
    visits = sorted(visits, key=lambda visit: visit.start)
    for visit in visits:
        assert any(a <= visit.start and visit.stop <= b for a, b in one.free)
        assert not any(a < visit.stop and b > visit.start for a, b in busy)
    for before, after in pairwise(visits):
        assert after.start - before.stop >= gap
    days = [visit.start.astimezone(zone).date() for visit in visits]
    assert all(days.count(day) <= one.most_a_day for day in days)


def _within_the_cadence(found, by_id):
    visits = defaultdict(list)
    for one in found:
        visits[one.account_id].append(one.start)
    for account_id, starts in visits.items():
        interval = by_id[account_id].interval_days
        assert len(starts) <= max(1, 7 // interval)
        last = last_or_before(by_id[account_id].last, by_id[account_id].since, interval)
        assert last is not None
        for before, after in pairwise(sorted(starts)):
            # a day of a change of the clocks may be an hour shorter
            assert after - before > timedelta(days=interval - 1)


@given(weeks(), st.randoms(use_true_random=False))
def test_the_same_input_gives_the_same_plan(week, dice):
    monday, today, with_busy, candidates = week
    managers = [one for one, _busy in with_busy]
    first = planning.plan_week(monday, today, tuple(managers), tuple(candidates))
    dice.shuffle(managers)
    dice.shuffle(candidates)
    again = planning.plan_week(monday, today, tuple(managers), tuple(candidates))
    assert first == again


intervals = st.lists(
    st.tuples(st.integers(0, 100), st.integers(1, 30)).map(
        lambda pair: (pair[0], sum(pair))
    ),
    max_size=8,
)


@given(intervals, intervals)
@example([(0, 10)], [(2, 4), (3, 6)])
def test_what_is_left_is_free_and_not_busy(free, busy):
    merged = []
    for first, last in sorted(free):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))

    def points(spans):
        return {one for first, last in spans for one in range(first, last)}

    left = planning.subtract(merged, busy)
    assert points(left) == points(merged) - points(busy)
