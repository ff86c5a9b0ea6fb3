"""A request for approval, and what becomes of it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ..record import Text, catalogue

KINDS = ("discount", "column", "credit", "terms", "due_date")
ASKED, APPROVED, REFUSED = "asked", "approved", "refused"
WITHDRAWN, EXPIRED, USED, VOIDED = "withdrawn", "expired", "used", "voided"


@dataclass(frozen=True, slots=True)
class Approval:
    """One request and what became of it.

    :param measure: what is asked, canonical text of ``measures.py``
    :param granted: what was granted, likewise
    :param amount: in ``currency_id``, the company's; tax included for credit, without
        tax for discounts; with ``percent`` it routes the request
    :param behalf_id: for whom the requester stood in
    :param rule_id: row of the matrix that named the approver, ``rule_version`` its
        version then
    :param policy_id: version of the price policy it was asked under
    :param used_model: with ``used_id`` the document that used it
    """

    company_id: int | None = None
    account_id: int | None = None
    partner_id: int | None = None
    kind: str | None = None
    res_model: str | None = None
    res_id: int | None = None
    measure: str | None = None
    currency_id: int | None = None
    amount: Decimal | None = None
    percent: Decimal | None = None
    reason: Text | None = None
    valid_until: date | None = None
    requester_id: int | None = None
    behalf_id: int | None = None
    approver_id: int | None = None
    role: str | None = None
    rule_id: int | None = None
    rule_version: int | None = None
    policy_id: int | None = None
    state: str | None = ASKED
    granted: str | None = None
    granted_until: date | None = None
    decided_by_id: int | None = None
    decided_on: date | None = None
    answer: Text | None = None
    used_model: str | None = None
    used_id: int | None = None
    used_on: date | None = None


@dataclass(frozen=True, slots=True)
class Approved:
    """What was asked was granted."""

    decided_by_id: int
    granted: str
    granted_until: date | None
    effective_on: date
    answer: Text | None


@dataclass(frozen=True, slots=True)
class ApprovedLess:
    """Less than what was asked was granted."""

    decided_by_id: int
    granted: str
    granted_until: date | None
    effective_on: date
    answer: Text | None


@dataclass(frozen=True, slots=True)
class Refused:
    """It was refused."""

    decided_by_id: int
    effective_on: date
    answer: Text | None


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """It was taken back."""

    effective_on: date
    answer: Text | None


@dataclass(frozen=True, slots=True)
class Expired:
    """Its day was over before it was decided or used."""

    effective_on: date


@dataclass(frozen=True, slots=True)
class Used:
    """A document was let through by it."""

    used_model: str
    used_id: int
    effective_on: date


@dataclass(frozen=True, slots=True)
class Voided:
    """The document outgrew what was asked or granted."""

    effective_on: date


@dataclass(frozen=True, slots=True)
class Redirected:
    """Somebody else is to decide."""

    approver_id: int
    effective_on: date
    answer: Text | None


EVENTS = catalogue(
    Approved, ApprovedLess, Refused, Withdrawn, Expired, Used, Voided, Redirected
)
UPCASTERS = {}
