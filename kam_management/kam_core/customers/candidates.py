"""Which customers to think of as key: ranked, at most N, with reasons.

Reasons are codes and figures; whoever shows them says them in the user's language.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Generic, TypeVar

from .rfm import Rfm

Key = TypeVar("Key", bound=Hashable)
Figures = Mapping[str, Decimal | int]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a customer is, or may not be, a key account.

    :param code: stable, for translation and for integrations
    :param figures: what the sentence needs; ratios as 0.25 for 25 %
    :param caution: speaks against, not for
    :param confidential: tells the margin; only for those who may see it
    """

    code: str
    figures: Figures = field(default_factory=dict)
    caution: bool = False
    confidential: bool = False


@dataclass(frozen=True, slots=True)
class Profile(Generic[Key]):
    """What is known of one customer in the period; None where it is unknown.

    :param net: net revenue without tax, company currency
    :param segment_leader: number of customers in the segment this one leads by
        revenue; None when it leads none
    :param key_account: designated already
    """

    key: Key
    rank: int
    net: Decimal
    share: Decimal | None
    abc: str
    in_smallest_set: bool = False
    xyz: str | None = None
    variation: Decimal | None = None
    rfm: Rfm | None = None
    growth: Decimal | None = None
    reliability: Decimal | None = None
    days_late: Decimal | None = None
    margin_ratio: Decimal | None = None
    segment_leader: int | None = None
    key_account: bool = False


@dataclass(frozen=True, slots=True)
class CandidatePolicy:
    """From which figure on something is worth saying. Ratios: 0.1 is 10 %.

    :param limit: at most so many candidates
    :param portion: of the revenue that the reported smallest set makes
    :param average_margin: margin ratio of all customers together, None if unknown
    """

    limit: int = 20
    key_share: Decimal = Decimal("0.10")
    portion: Decimal = Decimal("0.80")
    good_growth: Decimal = Decimal("0.10")
    bad_growth: Decimal = Decimal("-0.10")
    good_reliability: Decimal = Decimal("0.90")
    bad_reliability: Decimal = Decimal("0.50")
    top_rfm: int = 13
    average_margin: Decimal | None = None

    def __post_init__(self):
        if self.limit < 0:
            raise ValueError("the number of candidates must not be negative")


@dataclass(frozen=True, slots=True)
class Candidate(Generic[Key]):
    """A customer to think of: its place among the candidates, and why."""

    key: Key
    place: int
    reasons: tuple[Reason, ...]


def candidates(
    profiles: Iterable[Profile[Key]], policy: CandidatePolicy | None = None
) -> tuple[Candidate[Key], ...]:
    """Return the customers worth designating, the largest first, with reasons.

    Worth thinking of is who buys, is not a key account yet and either reaches the
    key share or belongs to the smallest set that makes the policy's portion of the
    revenue. What else is known, for and against, is told as reasons and does not
    change the order: a ranking by a mixed score cannot be explained to the head of
    sales, one by revenue can.

    :param profiles: of all customers, in any order
    """
    policy = policy or CandidatePolicy()
    eligible = [
        profile
        for profile in profiles
        if profile.net > 0
        and not profile.key_account
        and (
            profile.in_smallest_set
            or (profile.share is not None and profile.share >= policy.key_share)
        )
    ]
    eligible.sort(key=lambda profile: (-profile.net, profile.key))
    return tuple(
        Candidate(profile.key, place, tuple(_reasons(profile, policy)))
        for place, profile in enumerate(eligible[: policy.limit], 1)
    )


def _reasons(profile: Profile, policy: CandidatePolicy) -> Iterable[Reason]:
    yield from _size(profile, policy)
    yield from _rhythm(profile, policy)
    yield from _trend(profile, policy)
    yield from _payment(profile, policy)
    yield from _margin(profile, policy)


def _size(profile: Profile, policy: CandidatePolicy) -> Iterable[Reason]:
    if profile.share is not None and profile.share >= policy.key_share:
        yield Reason("key_by_share", {"share": profile.share, "k": policy.key_share})
    elif profile.share is not None:
        yield Reason("large_share", {"share": profile.share, "rank": profile.rank})
    if profile.segment_leader:
        yield Reason("segment_leader", {"customers": profile.segment_leader})


def _rhythm(profile: Profile, policy: CandidatePolicy) -> Iterable[Reason]:
    if profile.rfm and profile.rfm.total >= policy.top_rfm:
        yield Reason("recent_frequent", {"rfm": int(profile.rfm.code)})
    if profile.xyz == "X" and profile.variation is not None:
        yield Reason("steady", {"variation": profile.variation})
    elif profile.xyz == "Z" and profile.variation is not None:
        yield Reason("irregular", {"variation": profile.variation}, caution=True)
    elif profile.xyz == "new":
        yield Reason("new", caution=True)


def _trend(profile: Profile, policy: CandidatePolicy) -> Iterable[Reason]:
    if profile.growth is None:
        return
    if profile.growth >= policy.good_growth:
        yield Reason("growing", {"growth": profile.growth})
    elif profile.growth <= policy.bad_growth:
        yield Reason("shrinking", {"growth": profile.growth}, caution=True)


def _payment(profile: Profile, policy: CandidatePolicy) -> Iterable[Reason]:
    if profile.reliability is None:
        return
    figures = {"reliability": profile.reliability}
    if profile.days_late is not None:
        figures["days_late"] = profile.days_late
    if profile.reliability >= policy.good_reliability:
        yield Reason("reliable", figures)
    elif profile.reliability < policy.bad_reliability:
        yield Reason("pays_late", figures, caution=True)


def _margin(profile: Profile, policy: CandidatePolicy) -> Iterable[Reason]:
    if profile.margin_ratio is None or policy.average_margin is None:
        return
    figures = {"margin": profile.margin_ratio, "average": policy.average_margin}
    if profile.margin_ratio > policy.average_margin:
        yield Reason("good_margin", figures, confidential=True)
    elif profile.margin_ratio < policy.average_margin / 2:
        yield Reason("thin_margin", figures, caution=True, confidential=True)
