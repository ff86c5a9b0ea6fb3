"""Figures of collections: the worked examples, and what must hold for any sums."""

from datetime import date
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kam_core.receivables.figures import (
    Figures,
    Month,
    average_days_delinquent,
    best_possible_dso,
    collection_effectiveness,
    count_back_dso,
    days_sales_outstanding,
    figures,
    mean_effectiveness,
)

# January, February, March of a common year: sales 300, 360, 390; 580 at the start, 620
# at the end, of which 450 are not due
SALES, DAYS = D(1050), 90
MONTHS = [
    Month(date(2025, 1, 1), 31, D(300), D(580), D(590), D(440)),
    Month(date(2025, 2, 1), 28, D(360), D(590), D(600), D(445)),
    Month(date(2025, 3, 1), 31, D(390), D(600), D(620), D(450)),
]
money = st.integers(0, 10**9).map(lambda n: D(n).scaleb(-2))


def near(value, places=2):
    return round(value, places)


def test_the_worked_example():
    assert near(days_sales_outstanding(D(620), SALES, DAYS)) == D("53.14")
    assert near(best_possible_dso(D(450), SALES, DAYS)) == D("38.57")
    assert near(average_days_delinquent(D(620), D(450), SALES, DAYS)) == D("14.57")
    periods = [(D(390), 31), (D(360), 28), (D(300), 31)]
    assert near(count_back_dso(D(620), periods)) == D("48.89")
    assert near(collection_effectiveness(D(580), SALES, D(620), D(450)), 3) == D(
        "0.856"
    )


def test_of_months():
    found = figures(MONTHS)
    assert near(found.dso) == D("53.14")
    assert near(found.best_possible_dso) == D("38.57")
    assert near(found.average_days_delinquent) == D("14.57")
    assert near(found.count_back_dso) == D("48.89")
    monthly = [D(290) / D(440), D(350) / D(505), D(370) / D(540)]
    assert found.cei == sum(monthly) / 3
    last = figures(MONTHS, span=1)
    assert last.dso == D(620) / D(390) * 31


def test_nothing_to_divide_by():
    assert days_sales_outstanding(D(5), D(0), 30) is None
    assert average_days_delinquent(D(5), D(1), D(0), 30) is None
    assert collection_effectiveness(D(0), D(0), D(0), D(0)) is None
    assert mean_effectiveness([Month(date(2025, 1, 1), 31)]) is None
    assert figures([]) == Figures(None, None, None, None, None)


@pytest.mark.parametrize(
    ("receivable", "expected"),
    [(0, 0), (-5, 0), (390, 31), (1050, 90), (1051, None)],
)
def test_count_back_at_the_edges(receivable, expected):
    periods = [(D(390), 31), (D(360), 28), (D(300), 31)]
    assert count_back_dso(D(receivable), periods) == expected


def test_count_back_passes_a_month_without_sales():
    assert count_back_dso(D(100), [(D(0), 31), (D(200), 30)]) == 31 + 15
    assert count_back_dso(D(100), [(D(-50), 31), (D(200), 30)]) == 31 + 15


@given(money, money, money.filter(bool), st.integers(1, 366))
def test_dso_is_best_possible_and_delinquent(due, not_due, sales, days):
    whole = days_sales_outstanding(due + not_due, sales, days)
    parts = best_possible_dso(not_due, sales, days) + average_days_delinquent(
        due + not_due, not_due, sales, days
    )
    assert abs(whole - parts) < D("0.000001") * max(1, whole)


@given(money, st.lists(st.tuples(money, st.integers(1, 31)), max_size=14))
def test_count_back_grows_with_the_debt(receivable, periods):
    found = count_back_dso(receivable, periods)
    more = count_back_dso(receivable + 1, periods)
    if more is not None:
        assert found is not None
        assert found <= more <= sum(days for _sales, days in periods)


@given(money, money, money, st.integers(0, 100))
def test_effectiveness_is_at_most_one(start, sales, end, percent):
    not_due = end * percent / 100
    found = collection_effectiveness(start, sales, end, not_due)
    if found is not None and start + sales > end:
        assert 0 <= found <= 1
