"""What changed of a figure between two days: what became known, what changed hands."""

from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..kam_core.kpi.formulas import SOURCES
from ..kam_core.kpi.kpis import FLOWS
from .kam_kpi_given import plain

# who owned what was decided anew: facts may have changed hands
MOVES = """
    SELECT DISTINCT a.id
      FROM kam_es.event e
      JOIN kam_es.stream s ON s.id = e.stream_id AND s.category = 'kam.account'
      JOIN kam_account a ON a.event_key = s.key
      JOIN kam_account_owner o ON o.account_id = a.id
     WHERE e.recorded_at >= %(since)s AND e.recorded_at < %(until)s
       AND e.type = ANY(%(types)s) AND o.user_id = %(user)s"""
MOVED = ("OwnershipHandedOver",)


class KamKpi(models.Model):
    _inherit = "kam.kpi"

    @api.model
    @api.readonly
    def changed(self, code, date_from, date_to, since, until=None, user_id=None):
        """Return what became known of a period's figure between two days.

        Both values are of today's owners: what changed hands is named besides.

        :param code: of a figure that is made of facts of documents
        :param date_from: first day of the period, ``date_to`` its last
        :param since: day at whose end the figure was known so; ``until`` likewise,
            None: today (company's time zone)
        :param user_id: whose; None: of all the caller may see
        :return: dict ``before`` and ``after`` (the figure as known then),
            ``difference`` (None where one of them is), ``facts`` (how many were
            recorded between), ``action`` (their list), ``moved`` (how many accounts of
            the person changed hands between) and ``moved_action``
        """
        self.check_access("read")
        kpi = self._by_code(code)
        span = self._given_span(date_from, date_to)
        user_id = self._given_user(user_id)
        since = self._given_day(since, "since")
        until = (
            self._given_day(until, "until") if until else self.env.company._kam_today()
        )
        if until < since:
            raise UserError(self.env._("“until” is not before “since”."))
        if kpi.formula not in FLOWS or not kpi._open_to_user():
            raise UserError(
                self.env._("“%s” is not made of facts that you may list.", kpi.name)
            )
        return kpi._changed(span, self._end_of(since), self._end_of(until), user_id)

    def _changed(self, span, since, until, user_id):
        before, after = (
            self._figures(
                *span, domain=self._mine(user_id) & Domain("recorded_at", "<", moment)
            )
            .get((), {})
            .get(self.code, self._blank())
            for moment in (since, until)
        )
        domain = (
            self._explained_wide(span, user_id)
            & Domain("recorded_at", ">=", since)
            & Domain("recorded_at", "<", until)
        )
        known = before is not None and after is not None
        return {
            "before": plain(before),
            "after": plain(after),
            "difference": plain(after - before) if known else None,
            "facts": self.env["kam.kpi.fact"].search_count(domain),
            "action": self._facts_action(self.name, domain),
            **self._moved(since, until, user_id),
        }

    def _explained_wide(self, span, user_id):
        """Return all facts that may have a word in the figure, as a domain.

        Whether a customer is new depends on facts of other days too.
        """
        if self.formula not in ("new", "lost"):
            return self._explained(span, user_id)
        return (
            Domain("kind", "in", list(SOURCES[self.source]))
            & Domain("company_id", "in", self._companies())
            & Domain("date", "<=", span[1])
            & self._filter()
            & self._mine(user_id)
        )

    def _end_of(self, day):
        """Return when a day is over where the company is, naive UTC."""
        zone = ZoneInfo(self.env.company.sudo()._kam_time_zone())  # no secret
        moment = datetime.combine(day + timedelta(days=1), time.min, zone)
        return moment.astimezone(timezone.utc).replace(tzinfo=None)

    def _moved(self, since, until, user_id):
        """Return how many accounts of a person changed hands, and their list."""
        user_id = user_id or self.env.uid
        self.env["kam.account.owner"].flush_model()
        rows = self.env.execute_query(
            SQL(MOVES, since=since, until=until, types=list(MOVED), user=user_id)
        )
        ids = [row[0] for row in rows]
        return {
            "moved": len(ids),
            "moved_action": {
                "type": "ir.actions.act_window",
                "name": self.env._("Changed hands"),
                "res_model": "kam.account",
                "domain": [("id", "in", ids)],
                "views": [[False, "list"], [False, "form"]],
            }
            if ids
            else False,
        }
