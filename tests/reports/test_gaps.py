"""Gaps of a history of months."""

from hypothesis import given
from hypothesis import strategies as st

from kam_sheets.gaps import gaps


def test_months_before_between_and_after():
    assert gaps([None, 5, None, 3, None, None]) == ([None, 5, 0, 3, 0, 0], 1, 2)
    assert gaps([None, 0]) == ([None, None], 0, 0)


@given(st.lists(st.none() | st.integers(0, 9), max_size=30))
def test_every_month_is_counted_once(values):
    cells, broken, quiet = gaps(values)
    bought = sum(bool(one) for one in values)
    before = sum(one is None for one in cells)
    assert len(cells) == len(values)
    assert sum(filter(None, cells)) == sum(filter(None, values))
    assert before + bought + broken + quiet == len(values)
