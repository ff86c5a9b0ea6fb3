"""Key figures: what each formula makes of shares of facts, and how far on a plan is."""

from datetime import date, timedelta
from decimal import Decimal as D

from hypothesis import given
from hypothesis import strategies as st

from kam_core.kpi.formulas import Formula, chosen, figure
from kam_core.kpi.progress import elapsed, error_of_forecasts, progress, season
from kam_core.ownership import Owner
from kam_core.pay.attribution import Fact, attribute
from kam_core.periods import Period, fiscal_period, month_end, year_before
from kam_core.targets.cascade import quarters, split_over

JAN, FEB = Period(date(2026, 1, 1), date(2026, 1, 31)), date(2026, 2, 1)
YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
DAY = date(2026, 1, 10)


def fact(n, kind="sale", partner=5, day=DAY, document="invoice", own=None, **values):
    values = {key: one if key == "products" else D(one) for key, one in values.items()}
    return Fact(
        (f"{kind}s", str(n), 1),
        0,
        kind,
        day,
        own or day,
        partner,
        1,
        document,
        **values,
    )


def mine(facts, owners=()):
    owners = owners or (Owner("a", 1, share=D(100), date_from=date(2020, 1, 1)),)
    return attribute(facts, lambda _fact: owners)


def test_sums_ratios_and_nothing():
    shares = mine(
        [
            fact(1, untaxed=100, cost=60, documents=1),
            fact(2, untaxed=50, documents=1),
            fact(3, untaxed=-20, document="credit_note", own=DAY - timedelta(30)),
            fact(4, untaxed=999, documents=1, day=FEB),
        ]
    )
    assert figure(Formula("sale"), shares, JAN) == 130
    assert figure(Formula("sale", measure="margin"), shares, JAN) == 40
    only = Formula("sale", document_kind="invoice")
    assert figure(only, shares, JAN) == 150
    average = Formula("sale", "ratio", "untaxed", "documents")
    assert figure(average, shares, JAN) == 65
    assert figure(average, [], JAN) is None
    assert figure(Formula("order"), shares, JAN) == 0


def test_returns_count_against_the_sales_they_are_of():
    rate = Formula("sale", "ratio", "returned", "invoiced")
    shares = mine(
        [
            fact(1, untaxed=200, documents=1),
            fact(2, untaxed=-20, document="credit_note", day=FEB, own=DAY),
        ]
    )
    assert figure(rate, shares, JAN) == D("0.1")
    assert figure(rate, shares, Period(FEB, FEB)) is None


def test_fill_rate():
    rate = Formula("order", "ratio", "delivered", "quantity")
    shares = mine(
        [
            fact(1, "order", quantity=200, documents=1),
            fact(2, "delivery", delivered=188, document="order"),
        ]
    )
    assert figure(rate, shares, JAN) == D("0.94")


def test_real_discount():
    formula = Formula("order", "complement", "untaxed", "gross")
    assert figure(formula, mine([fact(1, "order", untaxed=90, gross=100)]), JAN) == D(
        "0.1"
    )


def test_active_customers_leave_with_their_last_document():
    shares = mine(
        [
            fact(1, partner=5, documents=1),
            fact(2, partner=6, documents=1),
            fact(3, partner=6, documents=-1),
            fact(4, partner=7, documents=1),
            fact(5, partner=7, documents=1),
        ]
    )
    assert figure(Formula("sale", "customers"), shares, JAN) == 2


def test_new_and_lost_customers():
    shares = mine(
        [
            fact(1, partner=5, documents=1, day=DAY - timedelta(400)),
            fact(2, partner=5, documents=1),
            fact(3, partner=6, documents=1),
            fact(4, partner=6, documents=1),
        ]
    )
    first = {5: DAY - timedelta(400), 6: DAY}
    assert figure(Formula("sale", "new"), shares, JAN, first) == 1
    lost = Formula("sale", "lost", days=30)
    later = Period(FEB, FEB + timedelta(27))
    assert figure(lost, shares, later, last_days={5: DAY, 6: DAY}) == 2
    assert figure(lost, shares, JAN, last_days={5: DAY, 6: DAY}) == 0


def test_a_new_customer_of_two_managers_is_half_of_each():
    owners = (
        Owner("a", 1, "lead", D(60), date(2020, 1, 1)),
        Owner("b", 2, "co", D(40), date(2020, 1, 1)),
    )
    shares = mine([fact(1, documents=1)], owners)
    for user, part in ((1, D("0.6")), (2, D("0.4"))):
        his = [one for one in shares if one.user_id == user]
        assert figure(Formula("sale", "new"), his, JAN, {5: DAY}) == part


def test_depth_of_assortment():
    facts = []
    for partner in range(80):  # 80 buy the first item, 50 the second, 70 the third
        products = tuple(
            n for n, count in ((1, 80), (2, 50), (3, 70)) if partner < count
        )
        facts.append(
            fact(partner, "order", partner + 1, documents=1, products=products)
        )
    assert figure(Formula("order", "depth"), mine(facts), JAN) == D("2.5")
    assert figure(Formula("order", "depth"), [], JAN) is None


amounts = st.lists(st.decimals(-9999, 9999, places=2), max_size=8)


@given(amounts=amounts)
def test_what_explains_a_sum_adds_up_to_it(amounts):
    shares = mine([fact(n, untaxed=one) for n, one in enumerate(amounts)])
    formula = Formula("sale")
    assert sum(one.part("untaxed") for one in chosen(formula, shares, JAN)) == figure(
        formula, shares, JAN
    )


# --------------------------------------------------------------- how far on it is
def test_lines_and_forecast():
    before = {date(2025, 1, 5): D(30), date(2025, 1, 25): D(70)}
    found = progress(JAN, date(2026, 1, 10), D(45), D(120), before)
    assert found.attained == D(45) / 120
    assert found.straight == 120 * (D(10) / 31)
    assert found.seasonal == 36
    assert found.to_seasonal == D(45) / 36
    assert found.forecast == 150
    plain = progress(JAN, date(2026, 1, 10), D(45), D(120))
    assert plain.seasonal is None
    assert plain.forecast == D(45) / (D(10) / 31)


def test_a_state_has_no_pace():
    found = progress(JAN, DAY, D("0.08"), D("0.10"), flow=False, direction="down")
    assert found.attained == D("1.2")
    assert found.forecast == D("0.08")


def test_elapsed_and_season_at_the_ends():
    assert elapsed(JAN, date(2025, 12, 31)) == 0
    assert elapsed(JAN, date(2026, 1, 31)) == elapsed(JAN, FEB) == 1
    assert season(JAN, FEB, {date(2025, 1, 1): D(1)}) == 1
    assert season(JAN, DAY, {}) is None
    assert season(JAN, DAY, {date(2025, 1, 1): D(-1), date(2025, 1, 20): D(5)}) is None


def test_nothing_is_due_before_the_first_day():
    before = {date(2025, 1, 1): D(40), date(2025, 1, 31): D(60)}
    found = progress(JAN, date(2025, 12, 30), D(0), D(100), before)
    assert (found.straight, found.seasonal, found.to_pace) == (0, 0, None)
    assert found.forecast is None


def test_nothing_last_year_by_now_leaves_the_even_pace():
    before = {date(2025, 1, 31): D(60)}
    found = progress(JAN, DAY, D(10), D(31), before)
    assert found.seasonal == 0
    assert found.to_pace == 1
    assert found.forecast == 31


def test_the_leap_day_is_in_the_season():
    february = Period(date(2029, 2, 1), date(2029, 2, 28))
    before = {date(2028, 2, 1): D(25), date(2028, 2, 29): D(75)}
    assert season(february, date(2029, 2, 10), before) == D("0.25")
    leap = Period(date(2028, 2, 1), date(2028, 2, 29))
    before = {date(2027, 2, 1): D(25), date(2027, 2, 28): D(75)}
    assert season(leap, date(2028, 2, 10), before) == D("0.25")
    assert season(leap, date(2028, 2, 29), before) == 1
    assert elapsed(leap, date(2028, 2, 28)) == D(28) / 29


@given(
    period=st.builds(
        lambda start, days: Period(start, start + timedelta(days)),
        st.dates(date(2020, 1, 1), date(2032, 1, 1)),
        st.integers(0, 400),
    ),
    before=st.dictionaries(
        st.dates(date(2018, 1, 1), date(2032, 1, 1)), st.decimals(0, 999, places=2)
    ),
    gone=st.integers(-5, 410),
)
def test_the_pace_never_falls_and_is_within_the_plan(period, before, gone):
    today = period.start + timedelta(gone)
    found = [
        progress(period, day, D(1), D(100), before)
        for day in (today, today + timedelta(1))
    ]
    for name in ("straight", "seasonal"):
        now, then = (getattr(one, name) for one in found)
        if now is not None:
            assert 0 <= now <= then <= 100


# ------------------------------------------------------------- a company's calendar
def test_periods_of_a_fiscal_year():
    day = date(2026, 2, 14)
    assert fiscal_period(day, 1) == Period(date(2026, 2, 1), date(2026, 2, 28))
    assert fiscal_period(day, 3) == Period(date(2026, 1, 1), date(2026, 3, 31))
    assert fiscal_period(day, 12) == YEAR
    # to the end of June: February is in the third quarter
    assert fiscal_period(day, 3, 6, 30) == Period(date(2026, 1, 1), date(2026, 3, 31))
    assert fiscal_period(day, 12, 6, 30) == Period(date(2025, 7, 1), date(2026, 6, 30))
    # to the fifth of April
    assert fiscal_period(day, 12, 4, 5) == Period(date(2025, 4, 6), date(2026, 4, 5))
    assert fiscal_period(day, 3, 4, 5) == Period(date(2026, 1, 6), date(2026, 4, 5))
    # to the last of February, whatever it is
    leap = Period(date(2027, 3, 1), date(2028, 2, 29))
    assert fiscal_period(date(2028, 2, 29), 12, 2, 28) == leap
    assert month_end(2026, 9, 31) == date(2026, 9, 30)


@given(
    day=st.dates(date(1990, 1, 1), date(2090, 1, 1)),
    months=st.sampled_from([1, 3, 12]),
    last_month=st.integers(1, 12),
    last_day=st.integers(1, 31),
)
def test_periods_follow_one_another(day, months, last_month, last_day):
    period = fiscal_period(day, months, last_month, last_day)
    assert period.start <= day <= period.end
    ends = (last_month, last_day)
    assert fiscal_period(period.start, months, *ends) == period
    assert fiscal_period(period.end, months, *ends) == period
    after = fiscal_period(period.end + timedelta(1), months, *ends)
    assert after.start == period.end + timedelta(1)


def test_error_of_forecasts():
    assert error_of_forecasts([D(110), None], [D(100), D(5)]) == D("0.1")
    assert error_of_forecasts([None], [D(5)]) is None


# ------------------------------------------------------------------- the cascade
def test_a_newcomer_gets_the_mean_of_the_others():
    assert split_over(D(300), {"a": D(100), "b": D(300), "new": D(0)}) == {
        "a": D("50.00"),
        "b": D("150.00"),
        "new": D("100.00"),
    }
    assert split_over(D(10), {"a": D(0), "b": D(-5)}, 0) == {"a": D(5), "b": D(5)}
    assert split_over(D(10), {}) == {}


@given(
    total=st.decimals(0, 10**9, places=2),
    weights=st.dictionaries(
        st.integers(), st.decimals(-1000, 10**6, places=2), min_size=1, max_size=20
    ),
)
def test_the_parts_of_a_plan_add_up(total, weights):
    parts = split_over(total, weights)
    assert sum(parts.values()) == total
    assert all(one >= 0 for one in parts.values())


def test_the_year_before_and_quarters():
    assert year_before(Period(date(2025, 2, 1), date(2025, 2, 28))) == Period(
        date(2024, 2, 1), date(2024, 2, 29)
    )
    assert year_before(Period(date(2026, 3, 5), date(2026, 3, 9))).start == date(
        2025, 3, 5
    )
    assert [one.start.month for one in quarters(YEAR)] == [1, 4, 7, 10]
    assert quarters(JAN) == [JAN]
