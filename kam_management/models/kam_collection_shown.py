"""The rows of the worklist as a screen shows them: names, words and reasons."""

from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import format_date

from ..kam_core.collections import worklist as core

ZERO = Decimal(0)


class KamCollection(models.AbstractModel):
    _inherit = "kam.collection"

    # ------------------------------------------------------------------- shown
    def _shown(self, lines, today):
        """Return the rows of a page, with names, telephone and last talk."""
        ids = [one[0] for one in lines]
        partners = self.env["res.partner"].browse(ids)
        # sudo: the account's manager and class are shown beside the debt
        accounts = (
            self.env["kam.account"]
            .sudo()
            .search(
                [
                    ("partner_id", "in", ids),
                    ("company_id", "=", self.env.company.root_id.id),
                ]
            )
        )
        by_partner = {one.partner_id.id: one for one in accounts}
        talks = self._talks(ids)
        results = dict(
            self.env["kam.collection.contact"]
            ._fields["result"]
            ._description_selection(self.env)
        )
        return [
            self._row(
                partner,
                line,
                by_partner.get(partner.id),
                talks.get(partner.id),
                results,
                today,
            )
            for partner, line in zip(partners, lines, strict=True)
        ]

    def _row(self, partner, line, account, talk, results, today):
        _id, debtor, step, score, debt = line
        result, last_on, _again, note = talk or (None, None, None, "")
        return {
            "id": partner.id,
            "name": partner.display_name,
            "phone": partner.phone or "",
            "email": partner.email or "",
            "account_id": account.id if account else False,
            "class": (account and account.account_class) or "",
            "manager": (account and account.user_id.name) or "",
            "overdue": float(debtor.overdue),
            "soon": float(debtor.soon),
            "receivable": float(debt[7]),
            "documents": debt[6],
            "unallocated": float(debtor.unallocated),
            "promised": float(debtor.promised),
            "promised_by": fields.Date.to_string(debtor.promised_by) or "",
            "broken": debtor.broken,
            "disputed": float(debtor.disputed),
            "oldest_days": core.age_days(debtor, today),
            "late_days": None
            if debtor.late_days is None
            else float(round(debtor.late_days, 1)),
            "risk": float(round(core.risk(debtor, today), 2)),
            "score": float(round(score, 2)),
            "step": step.code,
            "step_name": self._step_names()[step.code],
            "why": self._why(step, debtor, today),
            "waits": step.waits,
            "last_result": results.get(result, ""),
            "last_on": fields.Date.to_string(last_on) or "",
            "last_note": note,
        }

    @api.model
    def _step_names(self):
        """Return the words of each next step, in the order of a screen."""
        _ = self.env._
        return {
            "broken": _("Call: promise broken"),
            "promise_due": _("Promised for today"),
            "stop": _("Stop shipment"),
            "again": _("Call again"),
            "call": _("Call"),
            "write": _("Write"),
            "settle": _("Settle the dispute"),
            "allocate": _("Allocate the money"),
            "before": _("Remind before due"),
            "promise_wait": _("Promised"),
            "wait": _("Wait"),
            "legal": _("In court"),
            "nothing": _("Nothing"),
        }

    def _why(self, step, debtor, today):
        """Return the reason of a step, in a sentence."""
        if step.code not in self._reasons():
            return ""
        return self._reasons()[step.code] % {
            "day": format_date(self.env, step.day) if step.day else "",
            "amount": self._money(step.amount or ZERO),
            "days": core.age_days(debtor, today),
        }

    @api.model
    def _reasons(self):
        """Return the sentence of each next step, with named parameters."""
        _ = self.env._
        asked = _("%(amount)s overdue since %(day)s (%(days)s days).")
        return {
            "broken": _("The promise for %(day)s was not kept."),
            "promise_due": _("%(amount)s promised for %(day)s: look whether it came."),
            "promise_wait": _("%(amount)s promised for %(day)s."),
            "stop": _("Overdue for %(days)s days, since %(day)s."),
            "again": _("You agreed to talk again on %(day)s."),
            "wait": _("Wait for the answer until %(day)s."),
            "call": asked,
            "write": asked,
            "settle": _("%(amount)s is disputed and waits for us."),
            "allocate": _("%(amount)s came and is not allocated yet."),
            "before": _("%(amount)s falls due on %(day)s, and they pay late."),
            "legal": _("The case is before a court."),
        }

    def _money(self, amount):
        return self.env.company.root_id.currency_id.format(float(amount))
