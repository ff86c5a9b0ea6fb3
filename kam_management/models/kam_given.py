"""What callers give to public methods: checked, or refused with a sentence."""

from datetime import datetime, timezone
from decimal import Decimal, InvalidOperation

from odoo import fields
from odoo.exceptions import UserError

from ..kam_core.record import FIRST_DAY, LAST_DAY, Text
from .kam_event_sourced_values import MAX_ID
from .kam_event_store import storable


class Given:
    """Turns arguments of one call into values of the core.

    :param env: whose language refusals are in
    """

    def __init__(self, env):
        self.env = env

    def _wrong(self, label, value, wanted):
        return UserError(
            self.env._(
                "“%(label)s” is %(wanted)s; %(value)s is not.",
                label=label,
                wanted=wanted,
                value=repr(value)[:80],
            )
        )

    def date(self, label, value):
        """Return a date; None when it is left out."""
        if value is None or value is False or value == "":
            return None
        try:
            day = fields.Date.to_date(value)
            if not FIRST_DAY <= day <= LAST_DAY:
                raise ValueError(day)
        except (AttributeError, TypeError, ValueError) as error:
            raise self._wrong(
                label, value, self.env._("a date such as 2026-03-31")
            ) from error
        return day

    def moment(self, label, value):
        """Return an aware datetime, UTC; None when it is left out.

        :param value: ``YYYY-MM-DD HH:MM:SS``, UTC, as Odoo sends it
        """
        if value is None or value is False or value == "":
            return None
        try:
            moment = fields.Datetime.to_datetime(value)
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=timezone.utc)
            if not FIRST_DAY <= moment.date() <= LAST_DAY:
                raise ValueError(moment)
        except (AttributeError, OverflowError, TypeError, ValueError) as error:
            raise self._wrong(
                label, value, self.env._("a time such as 2026-03-31 09:30:00 (UTC)")
            ) from error
        return moment

    def id(self, label, value):
        """Return the id of a record; None when it is left out."""
        if value is None or value is False:
            return None
        if (
            isinstance(value, bool)
            or not isinstance(value, int)
            or not 0 < value <= MAX_ID
        ):
            raise self._wrong(label, value, self.env._("the id of a record"))
        return value

    def ids(self, label, value):
        """Return a list of ids; None when it is left out."""
        if value is None or value is False:
            return None
        if not isinstance(value, (list, tuple)):
            raise self._wrong(label, value, self.env._("a list of ids"))
        return [self.id(label, one) for one in value if one]

    def text(self, label, value):
        """Return a text; None for blanks."""
        if value is None or value is False:
            return None
        if not isinstance(value, str):
            raise self._wrong(label, value, self.env._("a text"))
        try:
            return storable(Text(value.strip())) if value.strip() else None
        except ValueError as error:
            raise self._wrong(label, value, self.env._("a text")) from error

    def code(self, label, value, choices):
        """Return one of ``choices``; None when it is left out."""
        if value is None or value is False:
            return None
        if not isinstance(value, str) or value not in choices:
            raise self._wrong(
                label, value, self.env._("one of %s", ", ".join(sorted(choices)))
            )
        return value

    def degrees(self, label, value, most):
        """Return a latitude or longitude in degrees; None when it is left out."""
        if value is None or value is False:
            return None
        try:
            number = Decimal(str(value))
            if isinstance(value, (list, dict)) or not abs(number) <= most:
                raise ValueError(value)
        except (InvalidOperation, ValueError) as error:
            raise self._wrong(
                label, value, self.env._("a number of degrees")
            ) from error
        return number.quantize(Decimal("0.000001"))

    def records(self, label, value):
        """Return a list of objects; empty when it is left out."""
        if value is None or value is False:
            return []
        if not isinstance(value, (list, tuple)) or not all(
            isinstance(one, dict) for one in value
        ):
            raise self._wrong(label, value, self.env._("a list of objects"))
        return list(value)


def now():
    """Return the moment, aware, UTC, to the second."""
    return datetime.now(timezone.utc).replace(microsecond=0)
