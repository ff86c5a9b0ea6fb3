"""Why a step of a reconciliation act is refused."""

from ..record import DomainError, _


class PeriodWrong(DomainError):
    """An act without both days, or with the end before the beginning."""

    code = "period_wrong"
    message = _("“From” and “To” are both needed, “To” not before “From”.")


class WrongStatus(DomainError):
    """The step does not fit where the act stands."""

    code = "wrong_status"
    message = _("This act is “%(status)s”; the step fits only: %(fits)s.")


class ActStays(DomainError):
    """An act that was sent belongs to both sides."""

    code = "act_stays"
    message = _("Only a draft can be changed or deleted. Take the act back first.")


class ActSealed(DomainError):
    """A signed act."""

    code = "act_sealed"
    message = _(
        "This act is signed and stays as it is. What was posted later comes into a"
        " delta act."
    )


class SignatoryMissing(DomainError):
    """A signature without who signed, or on what authority."""

    code = "signatory_missing"
    message = _(
        "“Signed by” and “Authority” are both needed: only an authorised signature"
        " interrupts limitation."
    )


class SignedTooEarly(DomainError):
    """A signature dated before the period it confirms has ended."""

    code = "signed_too_early"
    message = _("“Signed on” is before the end of the period, %(day)s.")


class LinesDiffer(DomainError):
    """The lines are no longer those that were sent."""

    code = "lines_differ"
    message = _(
        "The lines of this act are not those that were sent. Ask an administrator to"
        " restore them from the log."
    )


class ChoiceWrong(DomainError):
    """A value that is none of those there are."""

    code = "choice_wrong"
    message = _("“%(field)s” is one of: %(choices)s.")
