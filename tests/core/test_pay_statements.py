"""Statements of pay: worked examples end to end, and what no later event may change."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from kam_core.kpi.formulas import Formula
from kam_core.ownership import Owner
from kam_core.pay.absence import absent_days
from kam_core.pay.adjustments import adjustments
from kam_core.pay.attribution import Fact, attribute
from kam_core.pay.calculation import Figure, Question, calculate
from kam_core.pay.schemes import Debt, Line, Scheme, Step
from kam_core.periods import Period

START = date(2026, 1, 1)
QUARTER = Period(START, START + timedelta(89))
MOVED = START + timedelta(45)
NEXT = Period(QUARTER.end + timedelta(1), QUARTER.end + timedelta(91))
SALES = Figure(Formula("sale"), "up", D(500))


def scheme(lines=(), steps=(), debts=(), base=1000, **values):
    return Scheme(
        base=D(base),
        user_ids=(1, 2),
        line_ids=tuple(lines),
        step_ids=tuple(Step(str(n), *map(D, one)) for n, one in enumerate(steps)),
        debt_ids=tuple(Debt(str(n), *map(D, one)) for n, one in enumerate(debts)),
        **values,
    )


def line(kpi, weight=1, floor=0, **values):
    values = {
        name: one if name in ("entry", "accelerator") else D(one)
        for name, one in values.items()
    }
    return Line(f"line{kpi}", kpi, D(weight), D(floor), **values)


def ask(paid, figures, shares=(), period=QUARTER, user=1, **values):
    return Question(user, period, paid, figures, list(shares), {}, {}, **values)


def reached(attained):
    """Return a figure of another source that stands so at its plan of 1."""
    return Figure(None, "up", D(1), D(attained))


def sale(n, untaxed, day, own=None, kind="invoice", user_event=1, **values):
    return Fact(
        ("account.move", str(n), user_event),
        0,
        values.pop("source", "sale"),
        day,
        own or day,
        5,
        1,
        kind,
        untaxed=D(untaxed),
        documents=D(kind == "invoice"),
        deal=D(values.pop("deal", abs(D(untaxed)))),
        **{name: D(one) for name, one in values.items()},
    )


# ------------------------------------------------------------- worked examples
def test_weights_floor_cap_and_debts():
    """60 000 x 0.95 x 0.9 = 51 300: a line below its floor counts nothing."""
    attained = ("1.10", ".95", "1.2", ".9", ".7")
    weights = (".5", ".2", ".1", ".1", ".1")
    paid = scheme(
        [
            line(n, weight, ".8", entry="cliff", cap="1.2")
            for n, weight in enumerate(weights)
        ],
        debts=((".05", 1), (".15", ".9"), (1, ".5")),
        base=60_000,
    )
    figures = {n: reached(one) for n, one in enumerate(attained)}
    found = calculate(ask(paid, figures, overdue_share=D(".12")))
    assert found.total == found.bonus == 51_300
    assert [one.amount for one in found.lines] == [29_700, 10_260, 6_480, 4_860, 0]
    assert calculate(ask(paid, figures, overdue_share=D(".05"))).total == 57_000
    assert calculate(ask(paid, figures)).total == 57_000  # no debts known: as they are


@pytest.mark.parametrize(
    ("entry", "attained", "amount"),
    [
        ("ramp", ".9", 500),
        ("ramp", ".8", 0),
        ("cliff", ".9", 900),
        ("cliff", ".8", 800),  # exactly at the threshold counts as reached
        ("cliff", ".7999", 0),
        ("ramp", "1.5", 1200),  # the cap
    ],
)
def test_ramp_cliff_and_cap(entry, attained, amount):
    paid = scheme([line(1, 1, ".8", entry=entry, cap="1.2")])
    assert calculate(ask(paid, {1: reached(attained)})).total == amount


@pytest.mark.parametrize(
    ("accelerator", "amount"), [("marginal", 145_000), ("retroactive", 195_000)]
)
def test_accelerators(accelerator, amount):
    fast = line(
        1, fast_from=1, fast_to="1.3", multiplier="1.5", accelerator=accelerator
    )
    paid = scheme([fast], base=100_000)
    quota = replace(SALES, plan=D(500_000))
    shares = attribute([sale(1, 650_000, START)], lambda _fact: ONE)
    assert calculate(ask(paid, {1: quota}, shares)).total == amount


ONE = (Owner("a", 1, share=D(100), date_from=date(2020, 1, 1)),)
TWO = (
    Owner("a", 1, "lead", D("66.67"), date(2020, 1, 1)),
    Owner("b", 2, "co", D("33.33"), date(2020, 1, 1)),
)
RATES = ((0, ".05"), (10_000, ".10"), (50_000, ".15"))


@pytest.mark.parametrize(
    ("base", "source", "amounts"),
    [
        # 5 % of 9 999, 10 % of 10 000, 15 % of 50 000; back: 10 % of 600
        ("value", "sale", ["499.95", 1000, 7500, -60]),
        # the rate goes by the size of the deal, what is paid for by its margin
        ("margin", "sale", ["99.99", 200, 1500, "-12"]),
        ("collected", "collected", ["499.95", 1000, 7500, -60]),
    ],
)
def test_commission(base, source, amounts):
    deals = [("9999", None), ("10000", None), ("50000", None), ("-600", 10_000)]
    facts = [
        sale(
            n,
            value,
            START,
            kind="invoice" if deal is None else "credit_note",
            source=source,
            cost=D(value) * D(".8"),
            deal=deal or value,
        )
        for n, (value, deal) in enumerate(deals)
    ]
    paid = scheme(steps=RATES, commission_base=base)
    found = calculate(ask(paid, {}, attribute(facts, lambda _fact: ONE)))
    assert [one.amount for one in found.lines] == [D(one) for one in amounts]
    assert found.total == sum(D(one) for one in amounts)


def test_commission_is_split_by_share_to_the_cent():
    facts = [sale(1, "100.01", START), sale(2, "0.10", START)]
    shares = attribute(facts, lambda _fact: TWO)
    paid = scheme(steps=((0, ".05"),), commission_base="value")
    mine, theirs = (calculate(ask(paid, {}, shares, user=user)) for user in (1, 2))
    assert mine.total + theirs.total == D("5.00") + D("0.01")
    assert (mine.total, theirs.total) == (D("3.34"), D("1.67"))


def test_the_transfer():
    """76 % and 104 %; the return is the first owner's, in the next quarter."""
    owners = (
        Owner("a", 1, share=D(100), date_from=START, date_to=MOVED - timedelta(1)),
        Owner("b", 2, share=D(100), date_from=MOVED),
    )
    facts = [
        sale(1, 380, START + timedelta(10)),
        sale(2, 520, MOVED + timedelta(20)),
        sale(3, -60, NEXT.start, START + timedelta(10), "credit_note", deal=380),
        sale(4, -7, NEXT.start, kind="credit_note"),
    ]
    shares = attribute(facts, lambda _fact: owners)
    paid = scheme([line(1)], ((0, ".05"),), commission_base="value")
    found = {
        (user, period): calculate(ask(paid, {1: SALES}, shares, period, user))
        for user in (1, 2)
        for period in (QUARTER, NEXT)
    }
    assert found[1, QUARTER].lines[0].attained == D(".76")
    assert found[2, QUARTER].lines[0].attained == D("1.04")
    assert found[1, QUARTER].total == 760 + 19
    assert found[1, NEXT].commission == -3
    assert found[2, NEXT].commission == D("-0.35")


# --------------------------------------------------------------------- absence
HOURS = dict.fromkeys(range(5), (8, 17))


def away(*spans):
    return [
        tuple(datetime.strptime(one, "%m-%d %H:%M").replace(year=2026) for one in span)
        for span in spans
    ]


@pytest.mark.parametrize(
    ("spans", "days"),
    [
        ((), 0),
        ((("01-05 08:00", "01-05 17:00"),), 1),
        ((("01-05 00:00", "01-05 23:59"),), 1),
        ((("01-05 08:00", "01-05 12:00"),), 0),  # half a day
        ((("01-05 08:00", "01-05 12:00"), ("01-05 12:00", "01-05 17:00")), 1),
        # two weeks: the weekend between them counts, the one after does not
        ((("01-05 08:00", "01-16 17:00"),), 12),
        ((("01-05 08:00", "01-09 17:00"), ("01-12 08:00", "01-16 17:00")), 10),
        ((("01-03 00:00", "01-04 23:59"),), 1),  # two minutes short of the Sunday
        ((("01-03 00:00", "01-05 00:00"),), 2),
        # only what lies in the period
        ((("03-30 08:00", "04-03 17:00"),), 2),
    ],
)
def test_days_of_time_off(spans, days):
    assert absent_days(QUARTER, away(*spans), HOURS) == days


def test_a_day_ends_a_second_early():
    stop = datetime(2026, 1, 4, 23, 59, 59)
    assert absent_days(QUARTER, [(datetime(2026, 1, 3), stop)], HOURS) == 2


def test_absence_takes_its_part_of_the_base_alone():
    paid = scheme([line(1)], ((0, ".05"),), base=900, commission_base="value")
    shares = attribute([sale(1, 500, START)], lambda _fact: ONE)
    for days, bonus in ((0, 900), (9, 810), (90, 0), (200, 0)):
        found = calculate(ask(paid, {1: SALES}, shares, absent_days=days))
        assert (found.bonus, found.commission) == (bonus, 25)


# --------------------------------------------------- what holds for all numbers
money = st.decimals(-9999, 9999, places=2)
moments = st.integers(-30, 120).map(lambda n: START + timedelta(n))
facts = st.lists(
    st.builds(
        lambda value, day, own, kind, cost: (value, day, own, kind, cost),
        money,
        moments,
        moments,
        st.sampled_from(["sale", "collected", "order"]),
        st.none() | money,
    ),
    max_size=12,
).map(
    lambda rows: [
        replace(
            sale(n, value, day, own, "credit_note" if value < 0 else "invoice"),
            kind=kind,
            cost=cost,
        )
        for n, (value, day, own, kind, cost) in enumerate(rows)
    ]
)


@given(facts=facts, base=st.sampled_from(["value", "margin", "collected"]))
def test_a_statement_is_the_sum_of_its_facts(facts, base):
    shares = attribute(facts, lambda _fact: TWO)
    paid = scheme([line(1)], RATES, commission_base=base)
    both = [calculate(ask(paid, {1: SALES}, shares, user=user)) for user in (1, 2)]
    kind = "collected" if base == "collected" else "sale"
    counted = [
        one for one in facts if one.kind == kind and one.date in days_of(QUARTER)
    ]
    for found in both:
        assert found.total == sum(one.amount for one in found.lines)
        named = [one.event for one in found.lines if one.kind == "commission"]
        assert sorted(named) == sorted(one.event for one in counted)
    # what the two have together is what one alone would have
    alone = calculate(ask(paid, {1: SALES}, attribute(facts, lambda _fact: ONE)))
    assert both[0].commission + both[1].commission == alone.commission
    assert both[0].lines[0].fact + both[1].lines[0].fact == alone.lines[0].fact


def days_of(period):
    return {period.start + timedelta(n) for n in range(period.days)}


@given(facts=facts, seed=st.randoms(use_true_random=False))
def test_the_order_of_facts_changes_no_cent(facts, seed):
    paid = scheme([line(1)], RATES, commission_base="value")
    found = calculate(ask(paid, {1: SALES}, attribute(facts, lambda _fact: TWO)))
    mixed = list(facts)
    seed.shuffle(mixed)
    again = calculate(ask(paid, {1: SALES}, attribute(mixed, lambda _fact: TWO)))
    assert again.digest() == found.digest()


# ------------------------------------------- closed once, whatever comes later
class Closed(RuleBasedStateMachine):
    """A log of facts and hand-overs; periods are closed at some point of it.

    A closed statement is what the log said up to its cut: so it never changes; what is
    paid in sum, with all adjustments, is what today's knowledge says.
    """

    @initialize()
    def begin(self):
        self.log = []  # facts, and owners from a day on
        self.closed = []  # (cut, question without shares, digest, total)
        self.paid = D(0)
        self.settled = 0
        self.scheme = scheme([line(1)], RATES, commission_base="value")

    @rule(value=money, day=st.integers(0, 89), back=st.integers(0, 89))
    def document(self, value, day, back):
        own = START + timedelta(min(day, back)) if value < 0 else None
        kind = "credit_note" if value < 0 else "invoice"
        number = len(self.log)
        self.log.append(sale(number, value, START + timedelta(day), own, kind))

    @rule(which=st.integers(0, 50))
    def withdraw(self, which):
        documents = [one for one in self.log if isinstance(one, Fact)]
        gone = {one.event[1] for one in documents if one.event[2] == 2}
        left = [one for one in documents if one.event[1] not in gone]
        if left:
            one = left[which % len(left)]
            turned = replace(
                one,
                event=(*one.event[:2], 2),
                untaxed=-one.untaxed,
                documents=-one.documents,
            )
            self.log.append(turned)

    @rule(day=st.integers(-10, 80), share=st.integers(0, 100))
    def hand_over(self, day, share):
        self.log.append((START + timedelta(day), D(share)))

    def shares(self, cut):
        """Return the shares as known at a point of the log."""
        known = self.log[:cut]
        moves = [(START - timedelta(500), D(100))]
        for day, share in (one for one in known if isinstance(one, tuple)):
            moves = [one for one in moves if one[0] < day] + [(day, share)]
        owners = []
        for n, (day, share) in enumerate(moves):
            stop = moves[n + 1][0] - timedelta(1) if n + 1 < len(moves) else None
            for user, part in ((1, share), (2, 100 - share)):
                if part:
                    role = "lead" if user == 1 or part == 100 else "co"
                    owners.append(Owner(f"{n}{user}", user, role, part, day, stop))
        listed = [one for one in known if isinstance(one, Fact)]
        return attribute(listed, lambda _fact: tuple(owners))

    @rule(length=st.integers(20, 90), which=st.integers(1, 2))
    def close(self, length, which):
        if len(self.closed) == 3:
            return
        period = Period(START, START + timedelta(length - 1))
        question = ask(self.scheme, {1: SALES}, period=period, user=1)
        cut = len(self.log)
        statement = calculate(replace(question, shares=self.shares(cut)))
        self.paid += statement.total + self.settle(cut)
        self.closed.append((cut, question, statement.digest(), statement.total))

    @rule()
    def settle_open(self):
        self.paid += self.settle(len(self.log))

    def settle(self, cut):
        """Pay what the log since the last settlement changes of what was closed."""
        then, now = self.shares(self.settled), self.shares(cut)
        found = []
        for _cut, question, _digest, _total in self.closed:
            known = {one.fact.event for one in then}

            def blame(share, known=known):
                moved = share.fact.event in known
                return ("kam.account", "1", cut) if moved else share.fact.event

            more = adjustments(question, then, now, blame)
            assert all(one.amount for one in more)
            named = [one.event for one in more if one.event[0] == "account.move"]
            assert not set(named) & known, "what was known then is no news"
            found += more
        self.settled = cut
        return sum((one.amount for one in found), D(0))

    @invariant()
    def closed_ones_stay(self):
        for cut, question, digest, total in self.closed:
            again = calculate(replace(question, shares=self.shares(cut)))
            assert (again.digest(), again.total) == (digest, total)

    @invariant()
    def paid_in_sum_is_what_is_known(self):
        # what came after the last settlement is not paid yet
        whole = sum(
            (
                calculate(replace(question, shares=self.shares(self.settled))).total
                for _cut, question, _digest, _total in self.closed
            ),
            D(0),
        )
        assert self.paid == whole


TestClosed = Closed.TestCase
TestClosed.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
