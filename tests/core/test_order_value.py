"""What an order gives away: an answer is recorded once, and only where it is new."""

from decimal import Decimal as D

from hypothesis import given
from hypothesis import strategies as st

from kam_core.kpi.order_value import OrderValued, State, decide, evolve

amounts = st.none() | st.decimals(-9999, 9999, places=4)


def test_only_what_is_new_is_recorded():
    [first] = decide(None, 2, D("100.00"), D("90.00"))
    assert first == OrderValued(2, D("100.00"), D("90.00"))
    known = evolve(None, first)
    assert decide(known, 3, D(100), D(90)) == ()
    assert decide(known, 3, None, None) == (OrderValued(3, None, None),)


def test_an_order_that_no_policy_judges_says_nothing():
    assert decide(None, 1, None, None) == ()
    assert decide(State(), 1, None, None) == ()


@given(answers=st.lists(st.tuples(amounts, amounts), max_size=8))
def test_the_last_answer_holds(answers):
    state, last = None, (None, None)
    for version, last in enumerate(answers, 1):
        for event in decide(state, version, *last):
            state = evolve(state, event)
    state = state or State()
    assert (state.base, state.net) == last
