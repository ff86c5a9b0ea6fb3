"""A key account: what it is to us, who owns it when, who decided so and why."""

from dataclasses import dataclass, replace
from datetime import date

from . import planned
from .ownership import Owner, check_shares, close, hand_over
from .planned import CancelPlan, DecisionPlanned, PlanEnded, TakeEffect
from .record import (
    Changed,
    Create,
    Created,
    DomainError,
    Edit,
    FixedField,
    Relink,
    Remove,
    Removed,
    Text,
    UseButton,
    _,
    begun,
    catalogue,
    check_day,
    evolve_common,
    relink,
)

CLASSES = ("A", "B", "C", "D", "E")
PROSPECT, KEY, SUSPENDED, FORMER = "prospect", "key", "suspended", "former"


class ReasonMissing(DomainError):
    """A decision without a reason."""

    code = "reason_missing"
    message = _("“Reason” is missing: say in a sentence why.")


class ClassMissing(DomainError):
    """A key account without a class, or with one that does not exist."""

    code = "class_missing"
    message = _("“Class” is one from A to E: choose the account's.")


class WrongStatus(DomainError):
    """The decision does not fit the account's status."""

    code = "wrong_status"
    message = _("This account is “%(status)s”; the decision fits only: %(fits)s.")


class OwnerMissing(DomainError):
    """A key account that nobody answers for."""

    code = "owner_missing"
    message = _("“Owners” is empty: name at least one key account manager.")


class AccountStays(DomainError):
    """An account with a history of decisions cannot be deleted."""

    code = "account_stays"
    message = _(
        "Only a prospect can be deleted. Release this account instead; it stays."
    )


class NothingChanges(DomainError):
    """The decision says what is so already."""

    code = "nothing_changes"
    message = _("Nothing changes: “%(field)s” is so already. Choose another value.")


@dataclass(frozen=True, slots=True)
class Account:
    """One commercial partner in one root company; these fields are event-sourced.

    :param planned: decision that takes effect on ``planned_on``, see ``planned.py``
    """

    partner_id: int | None = None
    company_id: int | None = None
    status: str | None = PROSPECT
    account_class: str | None = None
    segment_id: int | None = None
    needs: Text | None = None
    openings: Text | None = None
    team_id: int | None = None
    head_id: int | None = None
    owner_ids: tuple[Owner, ...] = ()
    key_since: date | None = None
    active: bool = True
    planned: str | None = None
    planned_on: date | None = None
    planned_class: str | None = None
    planned_reason: Text | None = None


State = Account
PARTS = {"owner_ids": Owner}


# -------------------------------------------------------------------- commands
@dataclass(frozen=True, slots=True)
class Designate:
    """Make it a key account from a day on; ``owners`` may be empty if it has some.

    A day after ``decided_on`` is a plan; without it the decision takes effect at once.
    """

    account_class: str | None
    effective_on: date
    reason: Text | None
    owners: tuple[Owner, ...] = ()
    decided_on: date | None = None


@dataclass(frozen=True, slots=True)
class ChangeClass:
    """Give it another class from a day on."""

    account_class: str | None
    effective_on: date
    reason: Text | None
    decided_on: date | None = None


@dataclass(frozen=True, slots=True)
class HandOver:
    """From a day on these owners answer for it; their shares add up to 100 %."""

    owners: tuple[Owner, ...]
    effective_on: date
    reason: Text | None


@dataclass(frozen=True, slots=True)
class Suspend:
    """Stop treating it as a key account for a time."""

    effective_on: date
    reason: Text | None
    decided_on: date | None = None


@dataclass(frozen=True, slots=True)
class Resume:
    """End a suspension."""

    effective_on: date
    reason: Text | None
    decided_on: date | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """It is no key account any more; nobody owns it from that day on."""

    effective_on: date
    reason: Text | None
    decided_on: date | None = None


@dataclass(frozen=True, slots=True)
class Absorb:
    """Another account of the same customer was merged into this one."""

    other_key: str


@dataclass(frozen=True, slots=True)
class MergeInto:
    """This account's customer was merged into another that has an account too."""

    other_key: str


# ---------------------------------------------------------------------- events
@dataclass(frozen=True, slots=True)
class Designated:
    """It became a key account."""

    account_class: str
    effective_on: date
    reason: Text | None


@dataclass(frozen=True, slots=True)
class ClassChanged:
    """It got another class."""

    account_class: str
    effective_on: date
    reason: Text | None


@dataclass(frozen=True, slots=True)
class OwnershipHandedOver:
    """From a day on these owners answer for it; what was planned later is void."""

    owners: tuple[Owner, ...]
    effective_on: date
    reason: Text | None


@dataclass(frozen=True, slots=True)
class Suspended:
    """It stopped being treated as a key account for a time."""

    effective_on: date
    reason: Text | None


@dataclass(frozen=True, slots=True)
class Resumed:
    """The suspension ended."""

    effective_on: date
    reason: Text | None


@dataclass(frozen=True, slots=True)
class Released:
    """It is no key account any more; its owners' periods ended the day before."""

    effective_on: date
    reason: Text | None


@dataclass(frozen=True, slots=True)
class NeedsRecorded:
    """What the customer needs was written down."""

    needs: Text | None


@dataclass(frozen=True, slots=True)
class OpeningsRecorded:
    """Where more could be sold was written down."""

    openings: Text | None


@dataclass(frozen=True, slots=True)
class Segmented:
    """It was put into a segment."""

    segment_id: int | None


@dataclass(frozen=True, slots=True)
class HeadAssigned:
    """Another head of sales or team answers for it."""

    head_id: int | None
    team_id: int | None


@dataclass(frozen=True, slots=True)
class AccountAbsorbed:
    """Another account of the same customer was merged into this one."""

    other_key: str


@dataclass(frozen=True, slots=True)
class MergedInto:
    """This account went into another; its row is gone, its stream stays."""

    other_key: str


EVENTS = catalogue(
    Designated,
    ClassChanged,
    OwnershipHandedOver,
    Suspended,
    Resumed,
    Released,
    NeedsRecorded,
    OpeningsRecorded,
    Segmented,
    HeadAssigned,
    AccountAbsorbed,
    MergedInto,
    DecisionPlanned,
    PlanEnded,
)
UPCASTERS = {}
PLANNED = {
    "designate": Designate,
    "change_class": ChangeClass,
    "suspend": Suspend,
    "resume": Resume,
    "release": Release,
}


def evolve(account, event):
    """Return the account after ``event``."""
    match event:
        case Designated(account_class, effective_on):
            return replace(
                account,
                status=KEY,
                account_class=account_class,
                key_since=effective_on,
            )
        case ClassChanged(account_class):
            return replace(account, account_class=account_class)
        case OwnershipHandedOver(owners, effective_on):
            periods = hand_over(account.owner_ids, owners, effective_on)
            return replace(account, owner_ids=periods)
        case Suspended():
            return replace(account, status=SUSPENDED)
        case Resumed():
            return replace(account, status=KEY)
        case Released(effective_on):
            periods = close(account.owner_ids, effective_on)
            return replace(account, status=FORMER, owner_ids=periods)
        case HeadAssigned(head_id, team_id):
            return replace(account, head_id=head_id, team_id=team_id)
        case MergedInto():
            return None
    return _evolve_notes(account, event)


def _evolve_notes(account, event):
    match event:
        case NeedsRecorded(needs):
            return replace(account, needs=needs)
        case OpeningsRecorded(openings):
            return replace(account, openings=openings)
        case Segmented(segment_id):
            return replace(account, segment_id=segment_id)
        case AccountAbsorbed():
            return account
        case DecisionPlanned():
            return planned.plan(account, event)
        case PlanEnded():
            return planned.without(account)
    return evolve_common(Account, account, event)


def decide(account, command):
    """Return the events of ``command``, or raise why it is refused."""
    match command:
        case Create(values):
            return _open(values)
        case Edit(changes):
            return _edit(account, changes)
        case Remove():
            if account.status != PROSPECT:
                raise AccountStays()
            return (Removed(),)
        case Relink():
            return relink(account, command)
        case Absorb(other_key):
            return (AccountAbsorbed(other_key),)
        case MergeInto(other_key):
            return (MergedInto(other_key),)
    return _decision(account, command)


def _decision(account, command):
    if isinstance(command, TakeEffect):
        return _take_effect(account, command.day)
    if not command.reason:
        raise ReasonMissing()
    if isinstance(command, CancelPlan):
        return planned.cancel(account, command)
    return _now_or_later(account, command)


def _now_or_later(account, command):
    check_day(command.effective_on)
    events = _decide(account, command)
    for name, decision in PLANNED.items():
        if isinstance(command, decision):
            return planned.dated(account, name, command, events, OwnershipHandedOver)
    return events


def _take_effect(account, day):
    if not account.planned or account.planned_on > day:
        return ()
    given = {"account_class": account.planned_class} if account.planned_class else {}
    command = PLANNED[account.planned](
        effective_on=account.planned_on, reason=account.planned_reason, **given
    )
    try:
        events = _decide(planned.without(account), command)
    except DomainError:  # the account has changed since
        return (PlanEnded(planned.VOID),)
    return (PlanEnded(planned.DONE, account.planned_on), *events)


def _open(values):
    first = {"account_class": _("Designate"), "key_since": DECIDED["key_since"]}
    first |= {field: DECIDED[field] for field in PLAN}
    values = begun(Account, values, FIXED, first)
    if values["status"] not in (None, PROSPECT):
        raise UseButton(field="status", button=_("Designate"))
    check_shares(values["owner_ids"])
    return (Created({**values, "status": PROSPECT}),)


PLAN = ("planned", "planned_on", "planned_class", "planned_reason")
DECIDED = {
    "status": _("Designate"),
    "account_class": _("Change class"),
    "owner_ids": _("Hand over"),
    "key_since": _("Designate"),
    **dict.fromkeys(PLAN, _("Cancel")),
}
FIXED = ("partner_id", "company_id")


def _edit(account, changes):
    for field in changes:
        if field in DECIDED:
            raise UseButton(field=field, button=DECIDED[field])
        if field in FIXED:
            raise FixedField(field=field)
    rest = dict(changes)
    events = []
    if {"head_id", "team_id"} & rest.keys():
        events.append(
            HeadAssigned(
                rest.pop("head_id", account.head_id),
                rest.pop("team_id", account.team_id),
            )
        )
    for field, event in (
        ("segment_id", Segmented),
        ("needs", NeedsRecorded),
        ("openings", OpeningsRecorded),
    ):
        if field in rest:
            events.append(event(rest.pop(field)))
    if rest:
        events.append(Changed(rest))
    return tuple(events)


def _decide(account, command):
    on, reason = command.effective_on, command.reason
    match command:
        case Designate(account_class=account_class, owners=owners):
            return _designate(account, account_class, on, reason, owners)
        case ChangeClass(account_class=account_class):
            _fits(account, KEY, SUSPENDED)
            if account_class not in CLASSES:
                raise ClassMissing()
            if account_class == account.account_class:
                raise NothingChanges(field="account_class")
            return (ClassChanged(account_class, on, reason),)
        case HandOver(owners=owners):
            _fits(account, PROSPECT, KEY, SUSPENDED)
            return (_handed_over(account, owners, on, reason),)
        case Suspend():
            _fits(account, KEY)
            return (Suspended(on, reason),)
        case Resume():
            _fits(account, SUSPENDED)
            return (Resumed(on, reason),)
        case Release():
            _fits(account, KEY, SUSPENDED)
            return (Released(on, reason),)
    raise TypeError(f"unknown command {type(command).__name__}")


def _designate(account, account_class, on, reason, owners):
    _fits(account, PROSPECT, FORMER)
    if account_class not in CLASSES:
        raise ClassMissing()
    designated = Designated(account_class, on, reason)
    if owners:
        return (designated, _handed_over(account, owners, on, reason))
    if not any(owner.covers(on) for owner in account.owner_ids):
        raise OwnerMissing()
    return (designated,)


def _handed_over(account, owners, on, reason):
    if not owners:
        raise OwnerMissing()
    owners = tuple(replace(one, date_from=on, date_to=None) for one in owners)
    check_shares(owners)
    check_shares(hand_over(account.owner_ids, owners, on))
    return OwnershipHandedOver(owners, on, reason)


def _fits(account, *statuses):
    if account.status not in statuses:
        raise WrongStatus(status=account.status, fits=", ".join(statuses))
