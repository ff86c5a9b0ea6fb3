from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kam_core.periods import Period, add_months

days = st.dates(date(1990, 1, 1), date(2050, 12, 31))
periods = st.tuples(days, st.integers(0, 1500)).map(
    lambda pair: Period(pair[0], pair[0] + timedelta(pair[1]))
)


@pytest.mark.parametrize(
    ("start", "end", "before"),
    [
        ("2025-03-01", "2025-03-31", "2025-02-01 2025-02-28"),
        ("2024-01-01", "2024-12-31", "2023-01-01 2023-12-31"),
        ("2025-01-01", "2025-03-31", "2024-10-01 2024-12-31"),
        ("2025-03-10", "2025-03-16", "2025-03-03 2025-03-09"),
        ("2025-03-02", "2025-03-31", "2025-01-31 2025-03-01"),
    ],
)
def test_previous_equal_period(start, end, before):
    found = Period(date.fromisoformat(start), date.fromisoformat(end)).previous()
    assert f"{found.start} {found.end}" == before


def test_months_of_a_broken_period():
    period = Period(date(2024, 1, 15), date(2024, 4, 2))
    assert [month.days for month in period.months()] == [17, 29, 31, 2]
    assert [month.start.month for month in period.full_months()] == [2, 3]


def test_a_month_later_stays_in_the_next_month():
    assert add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert add_months(date(2024, 1, 31), -2) == date(2023, 11, 30)


def test_refuses_an_end_before_the_start():
    with pytest.raises(ValueError, match="ends before"):
        Period(date(2025, 1, 2), date(2025, 1, 1))


@given(periods)
def test_previous_is_adjacent_and_of_equal_length(period):
    before = period.previous()
    assert before.end + timedelta(1) == period.start
    if period.whole_months:
        assert before.whole_months == period.whole_months
    else:
        assert before.days == period.days


@given(periods)
def test_months_cover_the_period_without_gap(period):
    months = period.months()
    assert months[0].start == period.start
    assert months[-1].end == period.end
    assert sum(month.days for month in months) == period.days
