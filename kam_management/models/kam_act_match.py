"""The customer's figures beside ours: stored, matched, and each difference a task."""

from datetime import timezone
from decimal import Decimal

from odoo import fields, models

from ..kam_core.receivables import act_rows, acts, matching
from ..kam_core.receivables.matching import Line

INSERT = """
    INSERT INTO kam_act_their (act_id, row, date, number, debit, credit)
    SELECT %s, r.* FROM unnest(%s::int[], %s::date[], %s::varchar[], %s::numeric[],
                               %s::numeric[]) AS r"""
OURS = """
    SELECT id, coalesce(document_date, date), number, (debit - credit)::text
      FROM kam_act_line
     WHERE act_id = %s AND (debit <> 0 OR credit <> 0) ORDER BY id"""
THEIRS = """
    SELECT id, date, number, (debit - credit)::text FROM kam_act_their
     WHERE act_id = %s ORDER BY id"""
MARK = """
    UPDATE kam_act_their t SET result = r.result, line_id = r.line_id
      FROM unnest(%s::int[], %s::varchar[], %s::int[]) AS r(id, result, line_id)
     WHERE t.id = r.id"""


class KamAct(models.Model):
    _inherit = "kam.act"

    their_ids = fields.One2many("kam.act.their", "act_id", "Their lines", readonly=True)
    difference_ids = fields.One2many("kam.act.difference", "act_id", "Differences")
    difference_count = fields.Integer(
        "Open differences", compute="_compute_difference_count"
    )
    agreed_count = fields.Integer("Lines that agree", readonly=True, copy=False)
    match_days = fields.Integer(
        "Days apart",
        default=matching.DAYS,
        help="Dates so many days apart still agree.",
    )

    def _compute_difference_count(self):
        rows = self.env["kam.act.difference"]._read_group(
            [("act_id", "in", self.ids), ("state", "=", "open")],
            ["act_id"],
            ["__count"],
        )
        counts = {act.id: count for act, count in rows}
        for act in self:
            act.difference_count = counts.get(act.id, 0)

    def action_view_differences(self):
        """Open what differs between both sides' lines."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "kam_management.kam_act_difference_action"
        )
        action["domain"] = [("act_id", "in", self.ids)]
        return action

    def action_match(self):
        """Match the customer's lines with ours anew, after ours have changed."""
        self.check_access("write")
        for act in self:
            act._match()
        return True

    def _load_table(self, table, mirrored, days):
        """Store the customer's lines and match them.

        :param table: ``Table`` of ``kam_core/receivables/their_file.py``
        :param mirrored: their debit is our credit, as in their own books
        :param days: dates so many days apart still agree
        :return: how many lines agree, and how many differ
        """
        self.ensure_one()
        self.check_access("write")
        self.env["kam.act.their"].flush_model()
        self.env.cr.execute("DELETE FROM kam_act_their WHERE act_id = %s", [self.id])
        rows = [
            (
                one.row,
                one.date,
                one.number,
                *((one.credit, one.debit) if mirrored else (one.debit, one.credit)),
            )
            for one in table.lines
        ]
        columns = [list(column) for column in zip(*rows, strict=True)]
        self.env.cr.execute(INSERT, [self.id, *columns])
        self.env["kam.act.their"].invalidate_model(flush=False)
        self.invalidate_recordset(["their_ids"], flush=False)
        # sudo: settings of the comparison, no input of the event-sourced state
        self.sudo().write({"match_days": days})
        return self._match(self._their_closing(table, mirrored))

    def _their_closing(self, table, mirrored):
        if table.closing is None:
            return None
        digits = self.currency_id.decimal_places
        return round(-table.closing if mirrored else table.closing, digits)

    def _match(self, their_closing=None):
        """Match, replace the differences nobody works on, and note the answer."""
        self.ensure_one()
        self.env["kam.act.line"].flush_model()
        self.env["kam.act.their"].flush_model()
        ours, theirs = self._side(OURS), self._side(THEIRS)
        found = matching.match(ours.values(), theirs.values(), self.match_days)
        self._mark(found)
        untouched = self.difference_ids.filtered(
            lambda one: not one.cause and not one.from_portal and one.state == "open"
        )
        untouched.unlink()
        different = [one for one in found if one.kind != matching.AGREED]
        self._store_differences(different, ours, theirs)
        agreed = sum(len(one.ours) for one in found if one.kind == matching.AGREED)
        # sudo: a count of what was matched
        self.sudo().write({"agreed_count": agreed})
        self._note_answer(different, their_closing)
        return {"agreed": agreed, "differences": len(different)}

    def _side(self, query):
        self.env.cr.execute(query, [self.id])
        return {
            key: Line(key, day, number, Decimal(amount))
            for key, day, number, amount in self.env.cr.fetchall()
        }

    def _mark(self, found):
        marks = [
            (key, one.kind, one.ours[0] if one.ours else None)
            for one in found
            for key in one.theirs
        ]
        if marks:
            columns = [list(column) for column in zip(*marks, strict=True)]
            self.env.cr.execute(MARK, columns)
        self.env["kam.act.their"].invalidate_model(flush=False)

    def _store_differences(self, different, ours, theirs):
        known = {
            (one.our_document, one.their_document, one.our_amount, one.their_amount)
            for one in self.difference_ids
        }
        values = [
            self._difference_values(one, ours, theirs, self._default_due())
            for one in different
        ]
        self.env["kam.act.difference"].create(
            [
                one
                for one in values
                if (
                    one["our_document"],
                    one["their_document"],
                    one["our_amount"],
                    one["their_amount"],
                )
                not in known
            ]
        )

    def _difference_values(self, one, ours, theirs, due):
        mine = [ours[key] for key in one.ours]
        others = [theirs[key] for key in one.theirs]
        return {
            "act_id": self.id,
            "result": one.kind,
            "date": min(line.date for line in mine or others),
            "our_document": _names(mine),
            "our_amount": float(sum(line.amount for line in mine)),
            "their_document": _names(others),
            "their_amount": float(sum(line.amount for line in others)),
            "line_ids": [fields.Command.set(list(one.ours))],
            "user_id": self.user_id.id or self.env.uid,
            "date_due": due,
        }

    def _schedule_differences(self):
        """Make one task of an act that has too many differences for one each."""
        for act in self:
            act.activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=self._default_due(),
                summary=self.env._("Settle the differences of act %s", act.number),
                user_id=(act.user_id or self.env.user).id,
            )

    def _default_due(self):
        return fields.Date.add(self.env.company._kam_today(), days=7)

    def _note_answer(self, different, their_closing):
        """An act that was sent is answered by its own figures."""
        if self.status not in (acts.SENT, acts.ANSWERED):
            return
        closing = their_closing
        if closing is None and different:
            rows = self._side(THEIRS).values()
            closing = self._shown()["opening"] + sum(one.amount for one in rows)
        self._command(
            acts.Answer(
                fields.Datetime.now().replace(tzinfo=timezone.utc),
                acts.DISAGREED if different else acts.AGREED,
                None,
                closing,
                len(different),
                None,
            )
        )

    def _dispute_lines(self, lines):
        """Store what the customer says of lines of the act; said again, it replaces.

        :param lines: list of (line, their amount or None, reason)
        """
        # sudo: the customer tells it through the portal; the act was checked
        differences = self.env["kam.act.difference"].sudo()
        told = {
            one.line_ids.ids[0]: one
            for one in self.sudo().difference_ids
            if one.from_portal and one.state == "open" and len(one.line_ids) == 1
        }
        fresh = []
        for line, amount, reason in lines:
            values = {
                "result": "only_ours" if amount is None else "amounts_differ",
                "their_amount": float(amount or 0),
                "remark": str(reason) if reason else False,
            }
            if line.id in told:
                told[line.id].write(values)
            else:
                fresh.append({**self._told_by_them(line), **values})
        differences.create(fresh)

    def _told_by_them(self, line):
        """Return what a difference over a line says, whatever the customer's figure."""
        return {
            "act_id": self.id,
            "date": line.document_date or line.date,
            "our_document": line.number,
            "our_amount": line.debit - line.credit,
            "line_ids": [fields.Command.set(line.ids)],
            "from_portal": True,
            # sudo: who the difference falls to, whoever answers
            "user_id": self.sudo().user_id.id,
            "date_due": self._default_due(),
        }

    def _halves(self):
        """Return the rows to print: ours on the left, theirs beside them.

        :return: list of dicts ``ours`` (line or None) and ``theirs`` (list of lines)
        """
        self.ensure_one()
        theirs = {}
        for line in self.their_ids:
            theirs.setdefault(line.line_id.id, []).append(line)
        rows = []
        for line in self.line_ids:
            beside = theirs.pop(line.id, [])
            if line.debit or line.credit or beside:
                rows.append({"ours": line, "theirs": beside})
        left = [one for lines in theirs.values() for one in lines]
        return rows + [{"ours": None, "theirs": [one]} for one in left]

    def _sided(self, amount):
        """Return an amount as (debit, credit) for a balance row."""
        return tuple(map(float, act_rows.halves(amount)))

    def _printed(self):
        """Return the figures as QWeb's monetary wants them."""
        return {name: float(amount) for name, amount in self._shown().items()}


def _names(lines):
    return ", ".join(one.number for one in lines[:4] if one.number) or False
