"""Why an approval is refused: a sentence that names the field and the mend."""

from ..record import DomainError, _


class ReasonMissing(DomainError):
    """A request or a refusal without a reason."""

    code = "reason_missing"
    message = _("“Reason” is missing: say in a sentence why.")


class OwnRequest(DomainError):
    """Somebody decides on what they asked for, or on what was asked for them."""

    code = "own_request"
    message = _(
        "Nobody decides on their own request, nor as the substitute of somebody else:"
        " the approver or another head decides."
    )


class Closed(DomainError):
    """The request was decided, used or taken back already."""

    code = "approval_closed"
    message = _("This request is “%(state)s” already: ask anew if it is needed.")


class RanOut(DomainError):
    """The day until which it was asked or granted is over."""

    code = "approval_ran_out"
    message = _("It was valid until %(day)s only: ask anew.")


class TooMuch(DomainError):
    """More would be granted than was asked."""

    code = "more_than_asked"
    message = _(
        "“Granted” is more than was asked, or the same: grant less, or approve."
    )


class BelowZero(DomainError):
    """Less than nothing would be granted."""

    code = "granted_below_zero"
    message = _("“Granted” is below zero: grant a part of what was asked, or refuse.")


class TooLong(DomainError):
    """It would hold longer than was asked, or not even today."""

    code = "longer_than_asked"
    message = _(
        "“Valid until” lies between today and the day asked for: choose such a day."
    )


class NotCovered(DomainError):
    """The approval does not cover what it is to be used for."""

    code = "approval_not_covering"
    message = _("This approval covers less than the order takes now: ask anew.")


class Stays(DomainError):
    """Requests and decisions are kept."""

    code = "approval_stays"
    message = _("A request stays on record: withdraw it instead.")
