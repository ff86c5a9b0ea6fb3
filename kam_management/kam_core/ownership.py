"""Dated ownership: on every day that has owners their shares add up to 100 %."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from .record import DomainError, FieldMissing, _, check_day

LEAD, CO = "lead", "co"
WHOLE = Decimal(100)


class SharesWrong(DomainError):
    """The shares of one day do not add up to 100 %."""

    code = "shares_wrong"
    message = _(
        "“Share”: the owners of %(day)s have %(sum)s %% together; give them 100 %%."
    )


class OwnerTwice(DomainError):
    """One person owns an account twice on one day."""

    code = "owner_twice"
    message = _("“Owners”: one person stands twice on %(day)s; keep one line each.")


class ShareRange(DomainError):
    """A share of nothing, or of more than all."""

    code = "share_range"
    message = _("“Share” is above 0 and at most 100 %%; %(share)s is not.")


class RoleWrong(DomainError):
    """A role that does not exist."""

    code = "role_wrong"
    message = _("“Role” is “lead” or “co”; choose one of them.")


class LeadWrong(DomainError):
    """A day on which nobody, or more than one, leads."""

    code = "lead_wrong"
    message = _(
        "“Role”: on %(day)s there are %(count)s leads; make one owner the lead."
    )


class PeriodWrong(DomainError):
    """A period that ends before it begins, or has no beginning."""

    code = "period_wrong"
    message = _(
        "“From” must be given and not be after “to” (%(day_from)s, %(day_to)s)."
    )


@dataclass(frozen=True, slots=True)
class Owner:
    """One person's share of one account over a period.

    ``share`` is in percent; ``date_from`` and ``date_to`` are both included, in the
    company's time zone; no ``date_to`` means until further notice.
    """

    key: str
    user_id: int | None = None
    role: str | None = LEAD
    share: Decimal | None = None
    date_from: date | None = None
    date_to: date | None = None

    def covers(self, day):
        """Tell whether this person is an owner on ``day``."""
        return self.date_from <= day and (self.date_to is None or day <= self.date_to)


def owners_on(owners, day):
    """Return the owners of a day, the lead first, then by share.

    :param owners: tuple of :class:`Owner`
    :param day: date in the company's time zone
    """
    present = [one for one in owners if one.covers(day)]
    return tuple(
        sorted(present, key=lambda one: (one.role != LEAD, -one.share, one.key))
    )


def hand_over(owners, new, day):
    """Return the periods after ``new`` owners took over on ``day``.

    Earlier periods end the day before; periods that were to begin on the day or
    later are void.

    :param owners: tuple of :class:`Owner` as they were
    :param new: tuple of :class:`Owner` from ``day`` on
    """
    return _sorted((*close(owners, day), *new))


def close(owners, day):
    """Return the periods when nobody owns the account from ``day`` on."""
    eve = day - timedelta(days=1)
    return _sorted(
        replace(one, date_to=eve) if one.covers(day) else one
        for one in owners
        if one.date_from < day
    )


def check_shares(owners):
    """Refuse owners whose shares do not add up to 100 % on some day.

    :raises SharesWrong: naming the first such day
    :raises ShareRange: a share outside (0, 100]
    :raises FieldMissing: an owner without a user
    :raises RoleWrong: neither lead nor co-manager
    :raises PeriodWrong: a period that is no period
    :raises OwnerTwice: one person twice on a day
    :raises LeadWrong: a day with owners that has not one lead
    """
    for one in owners:
        _check_owner(one)
    for day in _turning_days(owners):
        _check_day(owners_on(owners, day), day)


def _check_owner(one):
    if not one.user_id:
        raise FieldMissing(field="user_id")
    if one.role not in (LEAD, CO):
        raise RoleWrong()
    share = one.share or Decimal(0)
    if not share.is_finite() or not 0 < share <= WHOLE:
        raise ShareRange(share=share)
    if not one.date_from or (one.date_to and one.date_to < one.date_from):
        raise PeriodWrong(day_from=one.date_from or "", day_to=one.date_to or "")
    check_day(one.date_from)
    check_day(one.date_to or one.date_from)


def _check_day(present, day):
    total = sum((one.share for one in present), Decimal(0))
    if present and total != WHOLE:
        raise SharesWrong(day=day.isoformat(), sum=total)
    if len({one.user_id for one in present}) < len(present):
        raise OwnerTwice(day=day.isoformat())
    leads = sum(one.role == LEAD for one in present)
    if present and leads != 1:
        raise LeadWrong(day=day.isoformat(), count=leads)


def _turning_days(owners):
    """Return the days on which the set of owners changes, in order."""
    days = {one.date_from for one in owners}
    days |= {one.date_to + timedelta(days=1) for one in owners if one.date_to}
    return sorted(days)


def _sorted(owners):
    return tuple(sorted(owners, key=lambda one: one.key))
