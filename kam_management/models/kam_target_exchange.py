"""Targets as the rows of a sheet, and what a sheet that comes back changes."""

from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..kam_core.record import DomainError
from ..kam_core.targets import exchange


class KamTarget(models.Model):
    _inherit = "kam.target"

    def _exchange_texts(self):
        """Return what the sheet shows of a target before its plan."""
        return {
            "version": str(self.event_version),
            "kpi": self.kpi_id.name or "",
            "holder": self._holder_name() or "",
            "date_from": fields.Date.to_string(self.date_from),
            "date_to": fields.Date.to_string(self.date_to),
        }

    def _exchange_rows(self):
        """Return the rows of the sheet, in the order of its columns."""
        return [
            (one.event_key, *one._exchange_texts().values(), one.plan) for one in self
        ]

    @api.model
    def import_plans(self, rows, command_id=None):
        """Take over the plans of an edited sheet: all of them, or none.

        :param rows: list of ``[number of the row, [key, version, key figure, holder,
            from, to, plan]]``, as *Plans (Excel)* gives them; the plan in the unit of
            the key figure
        :param command_id: UUID chosen by the caller; the same again changes nothing
        :return: ids of the targets whose plan was changed
        """
        return self._once(
            command_id, ["import_plans", rows], lambda model: model._import_plans(rows)
        )

    def _import_plans(self, rows):
        self.check_access("write")
        self.invalidate_model(["event_version"])  # it is asked of the log each time
        given = self._given_rows(rows)
        keys = [str(values[0] or "") for _number, values in given]
        keys = [key for key in keys if "\0" not in key]  # PostgreSQL takes none
        known = self.search([("event_key", "in", keys)])
        writable = known._filtered_access("write")
        lines = {one.event_key: one._exchange_line() for one in writable}
        try:
            plans = exchange.changes(lines, given, writable._wholes())
        except DomainError as refusal:
            raise self._refusal(refusal) from refusal
        by_key = {one.event_key: one for one in writable}
        for key, plan in plans.items():
            by_key[key].plan = float(plan)
        return [by_key[key].id for key in plans]

    def _given_rows(self, rows):
        try:
            found = [(int(number), list(values)) for number, values in rows]
        except (TypeError, ValueError, OverflowError) as error:
            found, wrong = [], error
        else:
            wrong = None
        width = len(exchange.COLUMNS)
        if not found or any(len(values) != width for _number, values in found):
            raise UserError(
                self.env._(
                    "“rows” is a list of pairs: the number of a row, and its %s cells.",
                    width,
                )
            ) from wrong
        return found

    def _exchange_line(self):
        return exchange.Line(
            self.event_key,
            self._exchange_texts(),
            Decimal(str(self.plan)).quantize(Decimal("0.0001")),
            self.parent_id.event_key or None,
            self.state in ("draft", "proposed"),
        )

    def _wholes(self):
        """Return what the parts among the targets must add up to, by key."""
        # sudo: of the whole only the sum is looked at
        parents = self.parent_id.sudo()
        siblings = parents.search(
            Domain("parent_id", "in", parents.ids)
            & Domain("state", "!=", "replaced")
            & Domain("id", "not in", self.ids)
        )
        return {
            parent.event_key: exchange.Whole(
                parent.display_name,
                Decimal(str(parent.plan)).quantize(Decimal("0.0001")),
                sum(
                    (
                        Decimal(str(one.plan)).quantize(Decimal("0.0001"))
                        for one in siblings
                        if one.parent_id == parent
                    ),
                    Decimal(0),
                ),
            )
            for parent in parents
            if parent.kpi_id._state().formula in ("sum", "new", "lost")
        }
