"""Who decides on a request, and the decisions."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.service.model import retrying
from odoo.tools import plaintext2html

from ..kam_core import approval_rules, approvals

GROUPS = {
    "head": "kam_management.group_kam_head",
    "director": "kam_management.group_kam_director",
    "credit": "kam_management.group_kam_credit",
}


class KamApproval(models.Model):
    _inherit = "kam.approval"

    may_open = fields.Boolean(compute="_compute_may_open")

    # ------------------------------------------------------------------ routing
    def _route(self, values):
        """Return who decides: approver, role and the row of the matrix.

        Nobody who asked is chosen; where the row names only them, the next wider row
        decides, in the end a director.

        :raises UserError: nobody may decide
        """
        # sudo: who decides is found for everybody who may ask
        account = self.env["kam.account"].sudo().browse(values["account_id"] or ())
        barred = {values["requester_id"], values["behalf_id"]}
        for rule, role, user in self._route_steps(values, account):
            for approver in self._role_users(role, user, account, values):
                if approver.id not in barred:
                    return {
                        "approver_id": approver.id,
                        "role": role,
                        "rule_id": rule.id or None,
                        "rule_version": rule.event_version if rule else None,
                    }
        raise UserError(
            self.env._(
                "Nobody but you may decide on this. Name another approver in"
                " Configuration → Who approves what."
            )
        )

    def _route_steps(self, values, account):
        """Yield (row, role, named user), the nearest first."""
        rules = self.env["kam.approval.rule"]
        for rule in rules._fitting(values, account.account_class):
            yield rule, rule.role, rule.user_id
        if not rules._has_rows(values):
            yield rules, approval_rules.BUILT_IN[values["kind"]], rules.user_id
        yield rules, "director", rules.user_id

    def _role_users(self, role, user, account, values):
        """Return the users who hold a role for an account, the first to be asked first.

        sudo: names of those who decide are no secret to those who ask
        """
        users = self.env["res.users"].sudo()
        match role:
            case "user":
                return user.sudo().filtered("active")
            case "head":
                record = self.env[values["res_model"]].sudo().browse(values["res_id"])
                found = account.head_id | account.team_id.user_id
                if "team_id" in record._fields:
                    found |= record.team_id.user_id
                group = GROUPS["head"]
                return found.filtered(lambda one: one.active and one.has_group(group))
        return users.search(
            [
                ("all_group_ids", "in", self.env.ref(GROUPS[role]).ids),
                ("company_ids", "in", values["company_id"]),
                ("share", "=", False),
                ("id", "!=", self.env.ref("base.user_root").id),
            ],
            order="id desc",  # people are newer than the administrator
        )

    # ---------------------------------------------------------------- authority
    @api.depends("state", "approver_id", "requester_id", "behalf_id")
    @api.depends_context("uid")
    def _compute_may_decide(self):
        standing = self.env["kam.delegation"]._standing_in()
        for record in self:
            asked = record.state == "asked"
            decider = record._decider(standing) if asked and record.id else None
            record.may_decide = bool(decider) and record._four_eyes(decider)
            record.waits_for_me = record.may_decide
            record.may_withdraw = (
                record.state in ("asked", "approved") and record._may_withdraw()
            )

    def _four_eyes(self, decider):
        theirs = {self.requester_id.id, self.behalf_id.id}
        barred = theirs & set(decider.stands_in_for) if decider.substitute else False
        return decider.user_id not in theirs and not barred

    @api.model
    def _search_waits_for_me(self, operator, value):
        if operator != "in":
            return NotImplemented
        waiting = self.search([("state", "=", "asked")])
        found = Domain("id", "in", waiting.filtered("may_decide").ids)
        return found if True in value else ~found

    def _decider(self, standing):
        """Return how the current user may decide on this request, or None.

        :param standing: delegations of today to the user, see ``_standing_in``
        :return: :class:`approvals.Decider`
        """
        self.ensure_one()
        for_whom = tuple(sorted({user_id for user_id, *_rest in standing}))
        if self._has_power(self.env.user):
            return approvals.Decider(self.env.uid, False, for_whom)
        # sudo: the customer of a request that the user may read
        root_id, partner_id = self.sudo().company_id.root_id.id, self.partner_id.id
        for user_id, where, limited_to, approves in standing:
            covered = limited_to is None or partner_id in limited_to
            absent = self.env["res.users"].sudo().browse(user_id)  # sudo: their groups
            if approves and where == root_id and covered and self._has_power(absent):
                return approvals.Decider(self.env.uid, True, for_whom)
        return None

    def _has_power(self, user):
        """Tell whether a user decides on this request in their own right."""
        # sudo: who answers for an account is no secret to who decides
        record = self.sudo()
        director = user.has_group(GROUPS["director"])
        if user == record.approver_id and user.active:
            return True
        match record.role:
            case "head":
                account = record.account_id
                heads = account.head_id | account.team_id.user_id
                return director or (user in heads and user.has_group(GROUPS["head"]))
            case "credit":
                return user.has_group(GROUPS["credit"])
        return director

    def _check_decider(self):
        self.check_access("read")
        decider = self._decider(self.env["kam.delegation"]._standing_in())
        if decider is None:
            raise AccessError(
                self.env._(
                    "“%(name)s” is decided by %(approver)s, or who stands in for them.",
                    name=self.display_name,
                    # sudo: the name of a colleague
                    approver=self.sudo().approver_id.name,
                )
            )
        return decider

    def _may_withdraw(self):
        mine = self.env.uid in (self.requester_id.id, self.behalf_id.id)
        return mine or (bool(self.account_id) and self.account_id.is_mine)

    # ---------------------------------------------------------------- decisions
    def approve(
        self,
        answer=None,
        valid_until=None,
        expected_version=None,
        command_id=None,
    ):
        """Grant exactly what was asked.

        :param answer: a sentence to the one who asked, or None
        :param valid_until: date, ``YYYY-MM-DD``; not after the one asked for
        :param expected_version: refuse when the request changed since this version
        :param command_id: UUID chosen by the caller; the same again changes nothing
        :raises AccessError: not yours to decide; UserError: your own, or closed
        """
        until = self._day_given(valid_until)

        def command(decider, today):
            return approvals.Approve(decider, today, None, until, self._reason(answer))

        return self._judge(
            command, ["approve", answer, valid_until], expected_version, command_id
        )

    def approve_less(
        self,
        measure,
        answer=None,
        valid_until=None,
        expected_version=None,
        command_id=None,
    ):
        """Grant less than was asked.

        :param measure: dict as asked, with lower figures or fewer parts
        :param answer: a sentence to the one who asked, or None
        :param valid_until: date, ``YYYY-MM-DD``; not after the one asked for
        :param expected_version: refuse when the request changed since this version
        :param command_id: UUID chosen by the caller; the same again changes nothing
        """
        until = self._day_given(valid_until)

        def command(decider, today):
            granted = self._encoded(measure)
            return approvals.Approve(
                decider, today, granted, until, self._reason(answer)
            )

        return self._judge(
            command,
            ["less", measure, answer, valid_until],
            expected_version,
            command_id,
        )

    def refuse(self, answer, expected_version=None, command_id=None):
        """Refuse the request.

        :param answer: why, in a sentence
        :param expected_version: refuse when the request changed since this version
        :param command_id: UUID chosen by the caller; the same again changes nothing
        """
        return self._judge(
            lambda decider, today: approvals.Refuse(
                decider, today, self._reason(answer)
            ),
            ["refuse", answer],
            expected_version,
            command_id,
        )

    def _judge(self, command, request, expected_version, command_id):
        def action(model):
            for record in model.browse(self.ids):
                decider = record._check_decider()
                # sudo: rights are read-only; who decides was checked
                record.sudo()._command(
                    command(decider, record._today_of(record.company_id.id)),
                    expected_version,
                )
                record.sudo()._tell_requester()
            model.browse(self.ids).sudo()._room_may_be_free()
            return True

        return self._once(command_id, [*request, self.ids, expected_version], action)

    def _room_may_be_free(self):
        """A due date that was granted may let orders through that wait."""
        found = self.filtered(
            lambda one: one.kind == "due_date" and one.state == "approved"
        )
        if found:
            self.env["kam.credit.queue"]._room_may_be_free(found.partner_id.ids)

    def withdraw(self, answer=None, expected_version=None, command_id=None):
        """Take requests, or approvals not used yet, back; for those who asked.

        :param answer: why, in a sentence, or None
        :param expected_version: refuse when the request changed since this version
        :param command_id: UUID chosen by the caller; the same again changes nothing
        """

        def action(model):
            for record in model.browse(self.ids):
                record.check_access("read")
                if not record._may_withdraw():
                    raise AccessError(
                        record.env._(
                            "A request is withdrawn by who asked for it, or works on"
                            " the account."
                        )
                    )
                today = record._today_of(record.company_id.id)
                # sudo: rights are read-only; who withdraws was checked
                record.sudo()._command(
                    approvals.Withdraw(today, self._reason(answer)), expected_version
                )
                record.sudo()._close_activities(self.env._("Withdrawn."))
            return True

        return self._once(
            command_id, ["withdraw", self.ids, answer, expected_version], action
        )

    # -------------------------------------------------------------------- buttons
    def action_approve(self):
        """Approve what was asked."""
        return self.approve()

    def action_withdraw(self):
        """Withdraw the request."""
        return self.withdraw()

    @api.depends("res_model", "res_id")
    @api.depends_context("uid")
    def _compute_may_open(self):
        """Who decides on credit need not be able to read orders."""
        for model, records in self.grouped("res_model").items():
            found = self.env[model].browse(records.mapped("res_id"))
            ids = set(found.exists()._filtered_access("read").ids)
            for record in records:
                record.may_open = record.res_id in ids

    def action_open_record(self):
        """Open what the request is about."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }

    # -------------------------------------------------------------------- telling
    def _tell_approver(self):
        """Give the approver, and who stands in for them, an activity and a mail."""
        for user in self._told():
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=self._today_of(self.company_id.id),
                summary=self.env._("Decide: %s", self.display_name),
                note=plaintext2html(self.reason),
                user_id=user.id,
            )

    def _told(self):
        """Return the approver and their substitutes of today who may approve."""
        today = self._today_of(self.company_id.id)
        standing = (
            self.env["kam.delegation"]
            .search(
                [
                    ("user_id", "=", self.approver_id.id),
                    ("may_approve", "=", True),
                    ("company_id", "=", self.company_id.root_id.id),
                    ("date_from", "<=", today),
                    ("date_to", ">=", today),
                    "|",
                    ("ended_on", "=", False),
                    ("ended_on", ">", today),
                ]
            )
            .filtered(
                lambda one: not one.account_ids or self.account_id in one.account_ids
            )
        )
        theirs = self.requester_id | self.behalf_id
        return (self.approver_id | standing.substitute_id) - theirs

    def _tell_requester(self):
        words = {
            "approved": self.env._("Approved: %s", self.display_name),
            "refused": self.env._("Refused: %s", self.display_name),
        }[self.state]
        self._close_activities(words)
        self.message_post(
            body=f"{words}. {self.answer or ''}".strip(),
            partner_ids=(self.requester_id | self.behalf_id).partner_id.ids,
            subtype_xmlid="mail.mt_comment",
        )

    def _close_activities(self, feedback):
        self.activity_ids.action_feedback(feedback=feedback)

    # --------------------------------------------------------------------- expiry
    @api.model
    def _cron_expire(self):
        """End the requests and approvals whose day is over; tell those who asked."""
        tomorrow = fields.Date.add(fields.Date.today(), days=1)
        due = self.search(
            [
                "|",
                "&",
                ("state", "=", "asked"),
                ("valid_until", "<", tomorrow),
                "&",
                ("state", "=", "approved"),
                ("granted_until", "<", tomorrow),
            ]
        )
        for record in due:
            retrying(record._expire, self.env)
            self.env["ir.cron"]._commit_progress(1)

    def _expire(self):
        today = self._today_of(self.company_id.id)
        asked = self.state == "asked"
        if (self.valid_until if asked else self.granted_until) >= today:
            return
        self._command(approvals.Expire(today))
        self._close_activities(self.env._("Expired."))
        self.message_post(
            body=self.env._("Expired: %s", self.display_name),
            partner_ids=self.requester_id.partner_id.ids,
            subtype_xmlid="mail.mt_comment",
        )
