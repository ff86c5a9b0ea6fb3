"""Telephone numbers: what is wrong, and which are shared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kam_core.phones import MENDS, problem_of, shared


@pytest.mark.parametrize(
    ("possible", "valid", "has_country", "problem"),
    [
        ("ok", True, True, None),
        ("ok", False, True, "prefix"),
        ("short", False, True, "short"),
        ("long", False, True, "long"),
        ("country", False, False, "country"),
        ("text", False, False, "country"),
        ("country", False, True, "text"),
        ("text", False, True, "text"),
    ],
)
def test_what_is_wrong_with_a_number(possible, valid, has_country, problem):
    assert problem_of(possible, valid, has_country) == problem
    assert problem is None or MENDS[problem]


def test_one_customer_may_share_its_switchboard():
    assert shared([("+4930901820", 1), ("+4930901820", 1), (None, 2), (None, 3)]) == {}
    assert shared([("+1", 1), ("+1", 2), ("+2", 2)]) == {"+1": {1, 2}}


@given(st.lists(st.tuples(st.sampled_from(["+1", "+2", None]), st.integers(1, 4))))
def test_every_shared_number_has_two_customers(entries):
    found = shared(entries)
    for number, customers in found.items():
        assert len(customers) > 1
        assert {(number, one) for one in customers} <= set(entries)
    assert shared(entries + entries) == found
