"""The daily look at price columns: announce, demote, call off, propose a better one."""

from datetime import timedelta
from functools import partial

from odoo import api, models
from odoo.service.model import retrying

from ..kam_core.pricing import grants
from ..kam_core.pricing.eligibility import window


class KamAccount(models.Model):
    _inherit = "kam.account"

    @api.model
    def _cron_review_columns(self):
        """Judge the columns granted by policy, and let the mirrors follow the days.

        A lower column is announced so many days before the window ends, and comes on
        the day after it, unless the conditions are met until then.
        """
        companies = self.env["kam.price.policy"].search([("state", "=", "published")])
        for company in companies.company_id.root_id:
            accounts = self.with_company(company)
            retrying(partial(accounts._review_columns, company), self.env)
            self.env["ir.cron"]._commit_progress(1)

    def _review_columns(self, company):
        today = company._kam_today()
        policy = self.env["kam.price.policy"]._of(company, today)
        accounts = self.search(
            [("company_id", "=", company.id), ("status", "in", ["key", "suspended"])]
        )
        if not policy or not accounts:
            return
        columns = self.env["kam.price.column"]._of(company, today)
        conditions = policy._conditions()
        first, last = accounts[:1]._column_window(policy)
        facts = accounts._column_facts(first, min(last, today))
        judged = accounts._facts_before_demotion(policy, today)
        for account in accounts:
            grant = account.price_grant_id
            if account.id in judged:
                account._come_down(grant, columns, conditions, judged[account.id])
            elif grant.basis == grants.POLICY:
                best = account._entitled(columns, conditions, facts[account.id])
                account._look_ahead(grant, best, policy, last, today)
            if not grant.demote_on:
                best = account._entitled(columns, conditions, facts[account.id])
                account._propose_better(best)
        accounts._mirror_pricelist()

    def _facts_before_demotion(self, policy, today):
        """Return {account id: facts} of those whose lower column is due, also late.

        Judged is the whole window that ended before the day announced.
        """
        due = self.filtered(
            lambda one: (
                one.price_grant_id.basis == grants.POLICY
                and one.price_grant_id.demote_on
                and one.price_grant_id.demote_on <= today
            )
        )
        found = {}
        for day, some in due.grouped(lambda one: one.price_grant_id.demote_on).items():
            found |= some._column_facts(*self._column_window_before(policy, day))
        return found

    def _column_window_before(self, policy, first):
        return window(first - timedelta(days=1), policy.window_months)

    def _look_ahead(self, grant, best, policy, last, today):
        """Announce a lower column in time, or call the announcement off."""
        rank = grant.column_id.rank
        if (best.rank or 0) >= rank:
            grant._command(grants.CallOff(today))
            return
        demote_on = last + timedelta(days=1)
        notice = timedelta(days=policy.notice_days)
        if grant.demote_on or today < last - notice or demote_on <= today:
            return
        grant._command(grants.Announce(best.id or None, demote_on, today))
        self._tell_manager(
            self.env._("A lower price column comes: tell the customer"),
            self._demotion_words(grant),
        )

    def _come_down(self, grant, columns, conditions, facts):
        """Let the lower column that was announced take its place."""
        today = self._today()
        best = self._entitled(columns, conditions, facts)
        if (best.rank or 0) >= grant.column_id.rank:
            grant._command(grants.CallOff(today))
            return
        words = self.env._("The conditions of %s were not met.", grant.column_id.name)
        grant._command(grants.Demote(today))
        if best:
            self._grant(best, grants.POLICY, words, None, None)
        self._tell_manager(self.env._("The price column was lowered"), words)

    def _propose_better(self, best):
        """Tell the manager once that the conditions of a better column are met."""
        held = self.price_column_id
        if not best or best.rank <= (held.rank or 1):
            return
        summary = self.env._("The price column %s is earned: grant it", best.name)
        if summary not in self.activity_ids.mapped("summary"):
            self._tell_manager(summary, self.column_words)

    def _tell_manager(self, summary, note):
        user = self.user_id or self.head_id
        if user.active:
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=summary,
                note=note,
                user_id=user.id,
                date_deadline=self._today(),
            )
