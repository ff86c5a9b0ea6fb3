"""One visit or call: planned, moved, begun, done, missed; who was told what, and why.

A visit is a *draft* of the plan until its week is committed. After that it is
*committed*, or *off-plan* when it came later; from then on moving it or giving it to
somebody else needs a reason and counts as a re-plan.
"""

from dataclasses import replace

from ..record import (
    Changed,
    Create,
    Created,
    Edit,
    FieldMissing,
    FixedField,
    Relink,
    Remove,
    Removed,
    UseButton,
    _,
    catalogue,
    check_day,
    evolve_common,
    initial,
    relink,
)
from .refusals import (
    AlwaysOnFuture,
    CancelReasonMissing,
    CommittedStays,
    FinishedBeforeBegun,
    NotACall,
    OffPlanKindMissing,
    OffPlanReasonMissing,
    ReasonNeeded,
    TimesWrong,
    TooLong,
    VisitClosed,
    WrongState,
)
from .visit_events import (
    ABSENCE,
    CANCELLED,
    CLOSED,
    COMMITTED,
    DONE,
    DRAFT,
    LONGEST,
    MISSED,
    OFF_PLAN,
    OPEN,
    OTHER,
    PLANNED,
    UNDERWAY,
    Cancel,
    Cancelled,
    Commit,
    CommitmentWithdrawn,
    Committed,
    Complete,
    Completed,
    Excuse,
    Excused,
    Miss,
    Missed,
    NoAnswer,
    NotAnswered,
    Reassigned,
    Reopen,
    Reopened,
    Replan,
    Rescheduled,
    ResultCorrected,
    Start,
    Started,
    Visit,
    Withdraw,
)

State = Visit
PARTS = {}
# what may be told when a visit is closed, and corrected afterwards
RESULTS = (
    "outcome",
    "result",
    "next_step",
    "next_on",
    "contact_id",
    "topic",
    "material",
    "participants",
    "participant_ids",
)
FIXED = ("account_id", "company_id")
BUTTONS = {
    "state": _("Finish"),
    "plan_status": _("Commit the week"),
    "replans": _("Move"),
    "started_at": _("Start"),
    "finished_at": _("Finish"),
    "latitude": _("Start"),
    "longitude": _("Start"),
    "attempts": _("No answer"),
    "closed_kind": _("Cancel"),
    "closed_reason": _("Cancel"),
}
TIMES = ("planned_start", "planned_stop")
EVENTS = catalogue(
    Rescheduled,
    Reassigned,
    Committed,
    CommitmentWithdrawn,
    Started,
    Completed,
    NotAnswered,
    Cancelled,
    Missed,
    Excused,
    Reopened,
    ResultCorrected,
)
UPCASTERS = {}


# ---------------------------------------------------------------------- evolve
def evolve(visit, event):
    """Return the visit after ``event``."""
    match event:
        case Rescheduled() | Reassigned() | NotAnswered():
            return _evolve_plan(visit, event)
        case Committed():
            return replace(visit, plan_status=COMMITTED)
        case CommitmentWithdrawn():
            return replace(visit, plan_status=DRAFT)
        case Started(at, latitude, longitude):
            return replace(
                visit,
                state=UNDERWAY,
                started_at=at,
                latitude=latitude,
                longitude=longitude,
            )
        case Completed(at, started_at, changes):
            return replace(
                visit, **changes, state=DONE, started_at=started_at, finished_at=at
            )
        case ResultCorrected(changes):
            return replace(visit, **changes)
    return _evolve_end(visit, event)


def _evolve_plan(visit, event):
    match event:
        case NotAnswered(_at, planned_start, planned_stop):
            return replace(
                visit,
                planned_start=planned_start,
                planned_stop=planned_stop,
                attempts=(visit.attempts or 0) + 1,
            )
        case Rescheduled():
            moved = replace(
                visit,
                planned_start=event.planned_start,
                planned_stop=event.planned_stop,
            )
        case Reassigned():
            moved = replace(visit, user_id=event.user_id)
    moved = replace(moved, plan_status=event.plan_status)
    if event.replan or event.reason:
        moved = replace(moved, change_reason=event.reason)
    if event.replan:
        moved = replace(moved, replans=(visit.replans or 0) + 1)
    return moved


def _evolve_end(visit, event):
    match event:
        case Cancelled(_at, kind, reason):
            return replace(
                visit, state=CANCELLED, closed_kind=kind, closed_reason=reason
            )
        case Missed():
            return replace(visit, state=MISSED)
        case Excused():
            return replace(visit, state=CANCELLED, closed_kind=ABSENCE)
        case Reopened(_at, reason):
            return replace(
                visit,
                state=PLANNED,
                started_at=None,
                finished_at=None,
                closed_kind=None,
                closed_reason=reason,
            )
    return evolve_common(Visit, visit, event)


# ---------------------------------------------------------------------- decide
def decide(visit, command):
    """Return the events of ``command``, or raise why it is refused."""
    match command:
        case Create(values):
            return _plan(values)
        case Edit(changes):
            return _edit(visit, changes)
        case Replan(changes, plan_status, source):
            return _replan(visit, changes, plan_status, source)
        case Remove():
            if visit.state != PLANNED or visit.plan_status != DRAFT:
                raise CommittedStays()
            return (Removed(),)
        case Relink():
            return relink(visit, command)
        case Commit(monday):
            _fits(visit, *OPEN)
            return (Committed(monday),) if visit.plan_status != COMMITTED else ()
        case Withdraw(monday):
            return (CommitmentWithdrawn(monday),) if visit.plan_status != DRAFT else ()
    return _step(visit, command)


def _plan(values):
    values = initial(Visit, values)
    for field in ("account_id", "company_id", "user_id", "kind_id"):
        if not values[field]:
            raise FieldMissing(field=field)
    blank = Visit()
    for field, button in BUTTONS.items():
        if field != "plan_status" and values[field] != getattr(blank, field):
            raise UseButton(field=field, button=button)
    _check_times(values["planned_start"], values["planned_stop"])
    _check_off_plan(values)
    return (Created(values),)


def _check_times(start, stop):
    if start is None or stop is None or stop <= start:
        raise TimesWrong()
    for moment in (start, stop):
        check_day(moment.date())
    if stop - start > LONGEST:
        raise TooLong(days=(stop - start).days)


def _check_off_plan(values):
    if values["plan_status"] == OFF_PLAN and not values["off_plan_kind"]:
        raise OffPlanKindMissing()
    if values["off_plan_kind"] == OTHER and not values["off_plan_reason"]:
        raise OffPlanReasonMissing()


def _edit(visit, changes):
    """An edit that moves nothing: what a plan holds goes through :class:`Replan`."""
    for field in (*TIMES, "user_id"):
        if field in changes:
            raise UseButton(field=field, button=_("Move"))
    return _rest(visit, changes)


def _rest(visit, changes):
    for field in changes:
        if field in BUTTONS:
            raise UseButton(field=field, button=BUTTONS[field])
        if field in FIXED:
            raise FixedField(field=field)
        if visit.state in CLOSED and field not in RESULTS:
            raise VisitClosed(state=visit.state, field=field)
    after = {"plan_status": visit.plan_status, **_off_plan(visit), **changes}
    if visit.state in OPEN and {"off_plan_kind", "off_plan_reason"} & changes.keys():
        _check_off_plan(after)
    if not after.get("kind_id", visit.kind_id):
        raise FieldMissing(field="kind_id")
    if not changes:
        return ()
    if visit.state == DONE:
        return (ResultCorrected(dict(changes)),)
    return (Changed(dict(changes)),)


def _off_plan(visit):
    return {
        "off_plan_kind": visit.off_plan_kind,
        "off_plan_reason": visit.off_plan_reason,
        "kind_id": visit.kind_id,
    }


def _replan(visit, changes, plan_status, source):
    rest = dict(changes)
    for field in (*TIMES, "user_id"):
        if field in rest and visit.state != PLANNED:
            raise VisitClosed(state=visit.state, field=field)
    reason = rest.pop("change_reason", None)
    replan = visit.plan_status != DRAFT and bool(
        {"planned_start", "user_id"} & rest.keys()
    )
    if replan and not reason and source is None:
        raise ReasonNeeded()
    told = (plan_status, replan, reason, source)
    events = [*_moved(visit, rest, told), *_given(rest, told)]
    return (*events, *_rest(visit, rest))


def _moved(visit, rest, told):
    if not set(TIMES) & rest.keys():
        return
    start = rest.pop("planned_start", visit.planned_start)
    lasts = visit.planned_stop - visit.planned_start
    # a visit that is only begun at another time keeps its length
    stop = rest.pop("planned_stop", start and start + lasts)
    if start == visit.planned_start:
        stop = stop or visit.planned_stop
    _check_times(start, stop)
    yield Rescheduled(start, stop, *told)


def _given(rest, told):
    if "user_id" in rest:
        user_id = rest.pop("user_id")
        if not user_id:
            raise FieldMissing(field="user_id")
        yield Reassigned(user_id, *told)


def _step(visit, command):
    match command:
        case Start(at, latitude, longitude):
            _fits(visit, PLANNED)
            return (Started(at, latitude, longitude),)
        case Complete():
            return _complete(visit, command)
        case NoAnswer(at, planned_start, is_call):
            return _no_answer(visit, at, planned_start, is_call)
        case Cancel(at, kind, reason):
            _fits(visit, *OPEN, MISSED)
            if not reason:
                raise CancelReasonMissing()
            return (Cancelled(at, kind, reason),)
        case Miss(at):
            _fits(visit, *OPEN)
            return (Missed(at),)
        case Excuse(at):
            _fits(visit, *OPEN, MISSED)
            return (Excused(at),)
        case Reopen(at, reason):
            _fits(visit, *CLOSED, UNDERWAY)
            if not reason:
                raise CancelReasonMissing()
            return (Reopened(at, reason),)
    raise TypeError(f"unknown command {type(command).__name__}")


def _complete(visit, command):
    _fits(visit, *OPEN, MISSED)
    results = {
        field: value
        for field, value in command.results.items()
        if field in RESULTS and value != getattr(visit, field)
    }
    after = replace(visit, **results)
    for field in command.asked:
        if not getattr(after, field):
            raise FieldMissing(field=field)
    finished = command.finished_at or command.at
    started = command.started_at or visit.started_at
    if finished > command.at or (started and started > finished):
        raise FinishedBeforeBegun()
    return (Completed(finished, started, results),)


def _no_answer(visit, at, planned_start, is_call):
    _fits(visit, *OPEN)
    if not is_call:
        raise NotACall()
    if planned_start <= at:
        raise AlwaysOnFuture()
    lasts = visit.planned_stop - visit.planned_start
    _check_times(planned_start, planned_start + lasts)
    return (NotAnswered(at, planned_start, planned_start + lasts),)


def _fits(visit, *states):
    if visit.state not in states:
        raise WrongState(state=visit.state, fits=", ".join(states))
