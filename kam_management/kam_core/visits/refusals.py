"""Why a visit is refused, in sentences that name the field and the mend."""

from ..record import DomainError, _


class TimesWrong(DomainError):
    """A visit without a time, or that ends before it begins."""

    code = "times_wrong"
    message = _("“Begins” and “Ends” are both needed, “Ends” after “Begins”.")


class TooLong(DomainError):
    """A visit of weeks: a typing error."""

    code = "too_long"
    message = _("A visit lasts 14 days at most; “Ends” is %(days)s days later.")


class VisitClosed(DomainError):
    """A visit that is over was moved or given to somebody."""

    code = "visit_closed"
    message = _(
        "This visit is “%(state)s”, so “%(field)s” stays. Reopen it first, with a"
        " reason."
    )


class WrongState(DomainError):
    """The step does not fit what the visit is."""

    code = "wrong_state"
    message = _("This visit is “%(state)s”; the step fits only: %(fits)s.")


class ReasonNeeded(DomainError):
    """A committed plan was changed without a word."""

    code = "reason_needed"
    message = _(
        "The week of this visit is committed: say in “Reason of change” why, or use"
        " the button “Move”."
    )


class CancelReasonMissing(DomainError):
    """A visit was cancelled or reopened without a word."""

    code = "reason_missing"
    message = _("“Reason” is missing: say in a sentence why.")


class CommittedStays(DomainError):
    """A visit that was promised, or took place, was to be deleted."""

    code = "committed_stays"
    message = _(
        "Only a visit that is planned and not committed is deleted. Cancel this one,"
        " with a reason; it stays on record."
    )


class FinishedBeforeBegun(DomainError):
    """Actual times in the wrong order, or in the future."""

    code = "finished_before_begun"
    message = _("“Begun” is not after “Finished”, and neither lies in the future.")


class OffPlanKindMissing(DomainError):
    """A visit beside the committed plan that does not say what it was for."""

    code = "off_plan_kind_missing"
    message = _(
        "The week is committed: choose in “Off-plan because” why this visit comes"
        " beside the plan."
    )


class OffPlanReasonMissing(DomainError):
    """A visit beside the plan for another cause, which is not named."""

    code = "off_plan_reason_missing"
    message = _("“Off-plan because” is “Other”: say in “Off-plan reason” which.")


class AlwaysOnFuture(DomainError):
    """A call is to be tried again in the past."""

    code = "next_time_past"
    message = _("“Try again” lies in the past: choose a time to come.")


class NotACall(DomainError):
    """No answer, at a visit."""

    code = "not_a_call"
    message = _("“No answer” is for calls. Cancel or move this visit instead.")
