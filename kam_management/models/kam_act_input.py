"""What callers give to acts: texts, amounts, lines, files; refused in a sentence."""

import base64
import binascii
import hashlib
import math
from decimal import Decimal

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import float_repr

from ..kam_core.record import Text
from .kam_event_store import storable

LONGEST_NOTE = 2000
MOST_LINES = 500  # of an answer
LARGEST_SCAN = 20 * 2**20
LARGEST = 10**13


class KamAct(models.Model):
    _inherit = "kam.act"

    # -------------------------------------------------------------------- given
    def _note(self, note):
        words = self._text_given(note)
        if words and len(words) > LONGEST_NOTE:
            raise UserError(
                self.env._("“Remarks” are at most %s characters long.", LONGEST_NOTE)
            )
        return words

    def _text_given(self, value):
        """Return a text given by a caller as the core has it; None for blanks."""
        if not value or (isinstance(value, str) and not value.strip()):
            return None
        try:
            return storable(Text(value.strip()))
        except (AttributeError, ValueError) as error:
            raise UserError(
                self.env._("“%s” is not a text.", repr(value)[:40])
            ) from error

    def _amount_given(self, value):
        if value is None or value is False or value == "":
            return None
        try:
            amount = float(value)
        except (TypeError, ValueError, OverflowError) as error:
            raise self._no_amount(value) from error
        if (
            isinstance(value, bool)
            or not math.isfinite(amount)
            or abs(amount) > LARGEST
        ):
            raise self._no_amount(value)
        digits = self[:1].currency_id.decimal_places if self else 2
        return Decimal(float_repr(amount, digits))

    def _no_amount(self, value):
        return UserError(
            self.env._("“%s” is not an amount of money.", repr(value)[:40])
        )

    def _id_given(self, value):
        if value in (None, False):
            return False
        if (
            isinstance(value, bool)
            or not isinstance(value, int)
            or not 0 < value < 2**31
        ):
            raise UserError(
                self.env._("“%s” is not the id of a record.", repr(value)[:40])
            )
        return value

    def _disputed(self, lines):
        """Return [(line of the act, their amount or None, reason)] as given."""
        if not lines:
            return []
        if not isinstance(lines, list) or len(lines) > MOST_LINES:
            raise UserError(
                self.env._("“Lines” is a list of at most %s objects.", MOST_LINES)
            )
        if not all(isinstance(one, dict) for one in lines):
            raise UserError(
                self.env._("“Lines” is a list of objects with “line_id” and “reason”.")
            )
        known = {line.id: line for line in self.line_ids}
        out = []
        for one in lines:
            line_id = one.get("line_id")
            line = known.get(line_id) if isinstance(line_id, int) else None
            if not line:
                raise UserError(self.env._("A line does not belong to this act."))
            reason = self._note(one.get("reason"))
            out.append((line, self._amount_given(one.get("amount")), reason))
        return out

    def _scan_digest(self, scan):
        if not scan:
            return None
        try:
            data = base64.b64decode(scan, validate=True)
        except (TypeError, ValueError, binascii.Error) as error:
            raise UserError(
                self.env._("“Signed scan” is a file in base64; send it again.")
            ) from error
        if len(data) > LARGEST_SCAN:
            raise UserError(self.env._("“Signed scan” is larger than 20 MB."))
        return hashlib.sha256(data).hexdigest()
