"""What later events change of statements closed before: lines of the open one."""

import json

from odoo import models

from ..kam_core.pay.adjustments import adjustments


class KamPayStatement(models.Model):
    _inherit = "kam.pay.statement"

    def _adjustments(self, place):
        """Return [(closed statement, adjustment)] of all this person's closed ones.

        :param place: cover up to which news count; None: now
        """
        knowledge, cover = self.env["kam.pay.knowledge"], self.env["kam.pay.cover"]
        closed = self._closed_before()
        if not closed:
            return []
        company = knowledge._root(self.company_id.id)
        settled = max(closed.mapped("cover"))
        then = knowledge._shares(company, self.user_id.id, settled)
        now = knowledge._shares(company, self.user_id.id, place)
        if then == now:
            return []
        heads = cover._heads(company, settled)
        versions = self._account_versions(company, place)

        def blame(share):
            category, key, version = share.fact.event
            if version <= heads.get((category, key), 0):  # known then: it moved
                return versions.get(share.fact.partner_id, share.fact.event)
            return share.fact.event

        found = []
        for one in closed:
            known = knowledge._question(one, one.cover, json.loads(one.stamped))
            if known is None:
                continue
            found += [
                (one, adjustment)
                for adjustment in adjustments(known[0], then, now, blame)
            ]
        return found

    def _closed_before(self):
        """Return this person's statements closed before this one, all if it is open."""
        closed = self.search(
            [
                ("user_id", "=", self.user_id.id),
                ("company_id", "=", self.company_id.id),
                ("state", "=", "closed"),
                ("id", "!=", self.id),
            ],
            order="date_from, id",
        )
        if self.state == "open":
            return closed
        mine = (self.cover, self.date_from, self.id)
        return closed.filtered(lambda one: (one.cover, one.date_from, one.id) < mine)

    def _account_versions(self, company, place):
        """Return {partner: the last event of its account} up to a cover."""
        states = self.env["kam.pay.cover"]._states(company, place, "kam.account")
        return {
            state.partner_id: ("kam.account", key, version)
            for key, (_row_id, version, state) in states.items()
            if state.company_id == company.id
        }

    def _adjustment_vals(self, closed, one):
        category, key, version = one.event
        return {
            "kind": "adjustment",
            "closed_id": closed.id,
            "amount": float(one.amount),
            "base": float(one.amount),
            "ratio": 1,
            "date": one.day,
            "partner_id": one.partner_id,
            "event_model": category,
            "event_stream": key,
            "event_version": version,
        }
