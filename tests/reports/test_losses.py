"""Returns and refusals: sums, shares, reasons."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kam_sheets import losses
from kam_sheets.losses import CANCELLED, CUT, KINDS, REFUSED, RETURNED, Loss


def loss(kind=RETURNED, amount=1, reason="", product=1, customer=1, document=None):
    return Loss(kind, reason, product, customer, Decimal(2), Decimal(amount), document)


def test_losses_are_tallied_by_kind_and_the_largest_stands_first():
    found = losses.tally(
        [
            loss(RETURNED, 10, "Broken", document=1),
            loss(RETURNED, 5, "Broken", document=1),
            loss(CUT, 40, "Sold out", document=2),
            loss(CANCELLED, 7, "Sold out", document=3),
            loss(REFUSED, 1, "Broken", document=4),
        ],
        lambda one: one.reason,
    )
    assert list(found) == ["Sold out", "Broken"]
    assert found["Broken"].amounts[RETURNED] == 15
    assert found["Broken"].quantities[RETURNED] == 4
    assert found["Broken"].documents == {1, 4}
    assert found["Sold out"].missed() == 47


@given(
    st.lists(
        st.builds(
            loss,
            st.sampled_from(KINDS),
            st.decimals(-1000, 1000, places=2),
            product=st.integers(0, 3),
        )
    )
)
def test_whatever_they_are_tallied_by_the_sum_is_the_same(found):
    whole = sum(one.amount for one in found)
    for key in (lambda one: one.product_id, lambda one: one.kind):
        tallies = losses.tally(found, key).values()
        assert sum(one.weight() for one in tallies) == whole


@pytest.mark.parametrize(
    ("part", "whole", "ratio"),
    [(5, 200, Decimal("0.025")), (5, 0, None), (5, -10, None), (0, 10, 0)],
)
def test_shares(part, whole, ratio):
    assert losses.share(Decimal(part), Decimal(whole)) == ratio


@pytest.mark.parametrize(
    ("reference", "document", "reason"),
    [
        ("Reversal of: INV/1, broken in transit", "INV/1", "broken in transit"),
        ("Storno von: INV/1, Bruch: 3 Kisten", "INV/1", "Bruch: 3 Kisten"),
        ("Reversal of: INV/1", "INV/1", ""),
        ("Agreed by phone\n on Monday", "", "Agreed by phone on Monday"),
        (False, False, ""),
        ("their number 7", "INV/1", "their number 7"),
    ],
)
def test_the_reason_in_a_reference(reference, document, reason):
    assert losses.reason_of(reference, document) == reason
