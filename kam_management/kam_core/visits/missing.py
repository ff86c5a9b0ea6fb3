"""When a visit that nobody told of is missed, and when it is not."""

from __future__ import annotations

from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

MISSED, EXCUSED = "missed", "excused"


def grace_ends(planned_stop: datetime, zone: str, grace_hours: int) -> datetime:
    """Return the moment after which a visit counts as missed.

    The end of its day where its manager is, and the time of grace after that.

    :param planned_stop: when it was to end, UTC
    :param zone: name of the manager's time zone
    """
    local = planned_stop.astimezone(ZoneInfo(zone))
    # a visit that ends at midnight is of the day before
    day = (local - timedelta(microseconds=1)).date()
    midnight = datetime.combine(day + timedelta(days=1), time.min, ZoneInfo(zone))
    return midnight.astimezone(timezone.utc) + timedelta(hours=grace_hours)


def verdict(
    now: datetime,
    planned_start: datetime,
    planned_stop: datetime,
    zone: str,
    grace_hours: int,
    away: tuple[tuple[datetime, datetime], ...] = (),
) -> str | None:
    """Return what an open visit has become: missed, excused, or None for not yet.

    :param away: absences of its manager, [from, to) in UTC
    """
    if now < grace_ends(planned_stop, zone, grace_hours):
        return None
    if any(first < planned_stop and last > planned_start for first, last in away):
        return EXCUSED
    return MISSED
