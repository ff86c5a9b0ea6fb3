"""What of the findings on an order stops it, and what a change answers for."""

from decimal import Decimal

import pytest

from kam_core.gate import (
    Finding,
    amount_of,
    caused,
    is_worse,
    ordered,
    stopping,
)


def found(code="over_limit", kind="credit", severity="ask", **measure):
    return Finding(code, kind, severity, "Words.", measure)


def test_the_gravest_is_read_first():
    warn, ask, block = found(severity="warn"), found("late"), found(severity="block")
    column = found("column", "column")
    assert ordered([warn, column, ask, block]) == [block, ask, column, warn]
    assert stopping([warn, ask, block]) == [block, ask]
    assert not warn.stops


@pytest.mark.parametrize("wrong", [{"kind": "weather"}, {"severity": "shout"}])
def test_an_unknown_word_is_refused(wrong):
    with pytest.raises(ValueError, match="is one of"):
        found(**wrong)


def test_amounts_are_read_from_the_measure():
    assert amount_of(found(amount="12.50", currency="EUR")) == Decimal("12.50")
    assert amount_of(found(percent="7")) == 7
    assert amount_of(found()) == 0
    assert amount_of(found(amount="much")) == 0


def test_a_change_answers_for_what_it_makes_worse():
    before = [found("discount", "discount", percent="10", line_id=1)]
    same = found("discount", "discount", percent="10", line_id=1)
    less = found("discount", "discount", percent="8", line_id=1)
    more = found("discount", "discount", percent="12", line_id=1)
    other = found("discount", "discount", percent="5", line_id=2)
    graver = found("discount", "discount", "block", percent="10", line_id=1)
    assert not is_worse(same, before)
    assert not is_worse(less, before)
    assert is_worse(more, before)
    assert is_worse(other, before)
    assert is_worse(graver, before)


def test_credit_is_asked_only_for_more():
    debt = found(amount="100")
    assert caused([debt], [], raised=False) == []
    assert caused([debt], [debt], raised=True) == [debt]


def test_told_as_data():
    assert found(amount="1").told() == {
        "code": "over_limit",
        "kind": "credit",
        "severity": "ask",
        "message": "Words.",
        "measure": {"amount": "1"},
    }
