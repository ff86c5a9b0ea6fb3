"""Decisions dated ahead: shown on the account, in force when their day comes."""

import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import retrying

from ..kam_core.planned import CancelPlan, TakeEffect
from .kam_account import CLASSES

_logger = logging.getLogger(__name__)

DECISIONS = [
    ("designate", "Make a key account"),
    ("change_class", "Change class"),
    ("suspend", "Suspend"),
    ("resume", "Resume"),
    ("release", "Release"),
]


class KamAccount(models.Model):
    _inherit = "kam.account"

    planned = fields.Selection(
        DECISIONS, "Planned decision", readonly=True, copy=False, tracking=True
    )
    planned_on = fields.Date(
        "Takes effect on", readonly=True, copy=False, index="btree_not_null"
    )
    planned_class = fields.Selection(CLASSES, readonly=True, copy=False)
    planned_reason = fields.Text(readonly=True, copy=False)

    def cancel_plan(self, reason, expected_version=None, command_id=None):
        """Take decisions that are dated ahead back before their day.

        :param reason: why, in a sentence
        :param expected_version: refuse when an account has changed since this version
        :param command_id: UUID chosen by the caller; the same again changes nothing
        """
        return self._decide_once(
            CancelPlan(self._reason(reason)),
            ["cancel_plan", reason],
            expected_version,
            command_id,
        )

    def action_cancel_plan(self):
        """Take the planned decision back; the button gives the reason itself."""
        return self.cancel_plan(self.env._("Taken back before its day."))

    @api.model
    def _cron_take_effect(self):
        """Let the planned decisions whose day has come take effect, one by one."""
        cron = self.env["ir.cron"]
        # sudo: what a head decided is done on its day, whoever may see the account
        found = self.sudo().with_context(active_test=False)
        due = found.search([("planned_on", "!=", False)], order="planned_on, id")
        due = due.filtered(lambda one: one.planned_on <= one.company_id._kam_today())
        for left, account in enumerate(due, 1 - len(due)):
            try:
                retrying(account._take_effect, self.env)
            except UserError as error:
                _logger.warning("%s: %s", account, error)
            if not cron._commit_progress(1, remaining=-left):
                break

    def _take_effect(self):
        for account in self:
            today = account.company_id._kam_today()
            account.with_company(account.company_id)._command(TakeEffect(today))

    def _event_titles(self):
        _ = self.env._
        return {
            **super()._event_titles(),
            "DecisionPlanned": _("Decision planned"),
            "PlanEnded": _("Planned decision ended"),
        }
