"""Key accounts: thin; the rules are in ``kam_core/accounts.py``."""

import uuid
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..kam_core import accounts
from ..kam_core.ownership import Owner, owners_on
from ..kam_core.record import Created

CLASSES = [(letter, letter) for letter in "ABCDE"]
STATUSES = [
    ("prospect", "Prospect"),
    ("key", "Key account"),
    ("suspended", "Suspended"),
    ("former", "Former"),
]


class KamAccount(models.Model):
    _name = "kam.account"
    _inherit = ["kam.event.sourced", "mail.thread", "mail.activity.mixin"]
    _description = "Key account"
    _order = "account_class, id"
    _rec_name = "partner_id"
    _rec_names_search = ["partner_id.complete_name"]
    _check_company_auto = True
    _core = accounts

    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        ondelete="restrict",
        index=True,
        tracking=True,
        domain="[('parent_id', '=', False)]",
        help="The customer's company; its contacts belong to the account.",
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        ondelete="restrict",
        index=True,
        default=lambda self: self.env.company.root_id,
        help="The head company; its branches share the account.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    status = fields.Selection(
        STATUSES, default="prospect", required=True, tracking=True, index=True
    )
    account_class = fields.Selection(
        CLASSES,
        "Class",
        tracking=True,
        index=True,
        help="Decided; it sets the cadence of visits and the policies.",
    )
    segment_id = fields.Many2one("kam.segment", ondelete="restrict", tracking=True)
    needs = fields.Text(help="What this customer needs from us.")
    openings = fields.Text(help="Where more could be sold, and what it takes.")
    team_id = fields.Many2one(
        "crm.team",
        "Sales team",
        ondelete="restrict",
        tracking=True,
        index=True,
        check_company=True,
    )
    head_id = fields.Many2one(
        "res.users",
        "Head of sales",
        ondelete="restrict",
        tracking=True,
        index=True,
        domain=[("share", "=", False)],
    )
    owner_ids = fields.One2many("kam.account.owner", "account_id", "Owners")
    key_since = fields.Date("Key account since")
    active = fields.Boolean(default=True)

    user_id = fields.Many2one(
        "res.users",
        "Key account manager",
        compute="_compute_user_id",
        search="_search_user_id",
        help="The lead owner of today.",
    )
    is_mine = fields.Boolean(
        "My account",
        compute="_compute_is_mine",
        search="_search_is_mine",
        help="You own it today, head its owners, or stand in for one of them.",
    )
    is_visible = fields.Boolean(compute="_compute_is_mine", search="_search_is_visible")

    _partner_company = models.UniqueIndex(
        "(partner_id, company_id)",
        "This customer has a key account in this company already: open that one.",
    )

    # ------------------------------------------------------------------ defaults
    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._with_defaults(vals) for vals in vals_list])

    def _with_defaults(self, vals):
        """Fill who answers: the creator owns a prospect, the team's leader heads it."""
        vals = dict(vals)
        if not vals.get("owner_ids") and "default_owner_ids" not in self.env.context:
            vals["owner_ids"] = self._creator_owns()
        if not vals.get("team_id"):
            vals["team_id"] = self.env.user.sale_team_id.id
        if not vals.get("head_id"):
            vals["head_id"] = self._default_head(vals["team_id"])
        return vals

    def _creator_owns(self):
        if self.env.user.has_group("kam_management.group_kam_user"):
            return [fields.Command.create({"user_id": self.env.uid})]
        return []

    def _default_head(self, team_id):
        if self.env.user.has_group("kam_management.group_kam_head"):
            return self.env.uid
        # sudo: a team's leader is no secret to its member
        return self.env["crm.team"].sudo().browse(team_id or ()).user_id.id

    def copy(self, default=None):  # pylint: disable=method-required-super
        raise UserError(
            self.env._("A customer has one key account a company; open a new one.")
        )

    # ---------------------------------------------------------------- ownership
    def _today(self):
        return self.env.company._kam_today()

    @api.depends("owner_ids.user_id", "owner_ids.date_from", "owner_ids.date_to")
    @api.depends_context("tz")
    def _compute_user_id(self):
        leads = self._leads(self._today())
        for account in self:
            account.user_id = leads.get(account.id, False)

    def _leads(self, day):
        """Return {account id: user id of the lead owner on ``day``}."""
        self.env["kam.account.owner"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT ON (account_id) account_id, user_id
                     FROM kam_account_owner
                    WHERE account_id IN %s AND date_from <= %s
                      AND (date_to IS NULL OR date_to >= %s)
                    ORDER BY account_id, role DESC, share DESC, event_key""",
                tuple(self.ids) or (0,),
                day,
                day,
            )
        )
        return dict(rows)

    def _search_user_id(self, operator, value):
        if operator != "in":
            return NotImplemented
        owned = self._owned_on(self._today()) & Domain("role", "=", "lead")
        users = [one for one in value if one]
        found = Domain("owner_ids", "any", owned & Domain("user_id", "in", users))
        if len(users) < len(value):
            found |= ~Domain("owner_ids", "any", owned)
        return found

    def _owned_on(self, day):
        return Domain("date_from", "<=", day) & (
            Domain("date_to", "=", False) | Domain("date_to", ">=", day)
        )

    def _field_to_sql(self, alias, field_expr, query=None):
        """Let lists, pivots and graphs group by the key account manager of today."""
        if field_expr != "user_id":
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields["user_id"], "read")
        day = self._today()
        return SQL(
            """(SELECT o.user_id FROM kam_account_owner o
                 WHERE o.account_id = %s AND o.date_from <= %s
                   AND (o.date_to IS NULL OR o.date_to >= %s)
                 ORDER BY o.role DESC, o.share DESC, o.event_key LIMIT 1)""",
            SQL.identifier(alias, "id"),
            day,
            day,
        )

    # ---------------------------------------------------------------- visibility
    @api.depends(
        "owner_ids.user_id",
        "owner_ids.date_from",
        "owner_ids.date_to",
        "head_id",
        "team_id.user_id",
    )
    @api.depends_context("uid")
    def _compute_is_mine(self):
        """Agree with the searches: Odoo judges records by either of the two."""
        here = Domain("id", "in", self.ids)
        mine = set(self.sudo()._search(here & self._mine_domain()))
        once = set(self.sudo()._search(here & self._once_mine_domain()))
        for account in self:
            account.is_mine = account.id in mine
            account.is_visible = account.id in mine | once

    @api.model
    def _search_is_mine(self, operator, value):
        if operator != "in":
            return NotImplemented
        found = self._mine_domain()
        return found if True in value else ~found

    @api.model
    def _search_is_visible(self, operator, value):
        if operator != "in":
            return NotImplemented
        found = self._mine_domain() | self._once_mine_domain()
        return found if True in value else ~found

    @api.model
    def _mine_domain(self):
        """Return the accounts the user may act on today, as a domain.

        Read through SQL, because it stands in record rules and must not depend on
        them; today is looked up at each use, since domains of rules are cached.
        """
        return Domain("id", "in", self._mine_query())

    def _mine_query(self):
        day, uid = self._today(), self.env.uid
        self.env["kam.account.owner"].flush_model()
        self.env["kam.delegation"].flush_model()
        self.flush_model(["head_id", "team_id", "company_id"])
        self.env["crm.team"].flush_model(["user_id"])
        return SQL(
            """(WITH answers AS (
                   SELECT %(uid)s AS user_id, NULL::int AS delegation_id,
                          NULL::int AS company_id
                    UNION ALL
                   SELECT d.user_id, d.id, d.company_id FROM kam_delegation d
                    WHERE d.substitute_id = %(uid)s AND d.may_act
                      AND d.date_from <= %(day)s AND d.date_to >= %(day)s
                      AND (d.ended_on IS NULL OR d.ended_on > %(day)s)
               ), held AS (
                   SELECT o.account_id, o.user_id FROM kam_account_owner o
                    WHERE o.date_from <= %(day)s
                      AND (o.date_to IS NULL OR o.date_to >= %(day)s)
                    UNION ALL
                   SELECT a.id, a.head_id FROM kam_account a
                    WHERE a.head_id IS NOT NULL
                    UNION ALL
                   SELECT a.id, t.user_id FROM kam_account a
                     JOIN crm_team t ON t.id = a.team_id
                    WHERE t.user_id IS NOT NULL
               )
               SELECT held.account_id FROM held JOIN answers USING (user_id)
                 JOIN kam_account a ON a.id = held.account_id
                WHERE answers.delegation_id IS NULL
                   OR (answers.company_id = a.company_id
                       AND (NOT EXISTS (SELECT FROM kam_delegation_account_rel r
                                         WHERE r.delegation_id
                                               = answers.delegation_id)
                            OR EXISTS (SELECT FROM kam_delegation_account_rel r
                                        WHERE r.delegation_id
                                              = answers.delegation_id
                                          AND r.account_id = held.account_id))))""",
            uid=uid,
            day=day,
        )

    @api.model
    def _once_mine_domain(self):
        """Return the accounts the user owned at some time: to read, for that time."""
        return Domain(
            "id",
            "in",
            SQL(
                """(SELECT o.account_id FROM kam_account_owner o
                     WHERE o.user_id = %s AND o.date_from <= %s)""",
                self.env.uid,
                self._today(),
            ),
        )

    def _acting_for(self, states):
        """Name the owner or head for whom a substitute acts, for each account."""
        return self.env["kam.delegation"]._behalf(
            [self._answering(state) for state in states],
            [state.partner_id for state in states],
            [state.company_id for state in states],
        )

    def _answering(self, state):
        """Return the ids of the users who answer for an account today."""
        # sudo: a team's leader is no secret to its member
        team = self.env["crm.team"].sudo().browse(state.team_id or ())
        owners = owners_on(state.owner_ids, self._today())
        return {one.user_id for one in owners} | {state.head_id, team.user_id.id}

    # ----------------------------------------------------------------- decisions
    def _check_may_decide(self):
        if self.env.su or self.env.user.has_group("kam_management.group_kam_head"):
            return
        raise AccessError(
            self.env._(
                "Only a head of sales decides on key accounts. Ask yours, or propose it"
                " in a note."
            )
        )

    def _decision(self, command, expected_version=None):
        return self._decision_each(lambda _account, _state: command, expected_version)

    def _decision_each(self, command_of, expected_version=None):
        """Decide on each account, by one statement for all."""
        self._check_may_decide()
        return self._command_each(command_of, expected_version)

    def _owner_parts(self, owners, day):
        """Return core owners from ``owners``: list of dicts user_id, share, role."""
        try:
            return tuple(
                self._owner_part(one, "co" if n else "lead", day)
                for n, one in enumerate(owners or ())
            )
        except (ArithmeticError, AttributeError, TypeError, ValueError) as error:
            raise UserError(
                self.env._(
                    "“Owners” is a list of objects with “user_id” (a number), “share”"
                    " (percent) and “role” (“lead” or “co”)."
                )
            ) from error

    def _owner_part(self, one, role, day):
        user_id = one.get("user_id")
        if not isinstance(user_id, int):
            raise TypeError(user_id)
        return Owner(
            key=str(uuid.uuid4()),
            user_id=int(user_id),
            role=one.get("role") or role,
            share=Decimal(str(one.get("share", 100))).quantize(Decimal("0.01")),
            date_from=day,
        )

    def _owner_lines(self, owners, day):
        return [
            {
                "user_id": part.user_id,
                "role": part.role,
                "share": float(part.share),
                "date_from": day,
            }
            for part in self._owner_parts(owners, day)
        ]

    def _owners_for(self, owners, day):
        """Return who is to own from ``day`` on; None when they do already.

        :param owners: as asked; None: who owns on that day, else today, else the caller
        """
        on_the_day = self._owners_of(day)
        if on_the_day and owners is None:
            return None
        if on_the_day and self._same_owners(owners, on_the_day, day):
            return None
        return owners or self._owners_of(self._today()) or [{"user_id": self.env.uid}]

    def _owners_of(self, day):
        return [
            {"user_id": one.user_id.id, "share": one.share, "role": one.role}
            for one in self.owner_ids
            if one.date_from <= day and (not one.date_to or one.date_to >= day)
        ]

    def _same_owners(self, asked, present, day):
        """Tell whether nothing changes on ``day`` or after it."""
        later = [one for one in self.owner_ids if one.date_from > day]
        if later or any(one.date_to and one.date_to >= day for one in self.owner_ids):
            return False

        def told(owners):
            parts = self._owner_parts(owners, day)
            return {(one.user_id, one.share, one.role) for one in parts}

        return told(asked) == told(present)

    def _effective_at(self, event, company_id):
        """An account opened with owners in the past was one since then."""
        if isinstance(event, Created) and event.values["owner_ids"]:
            first = min(one.date_from for one in event.values["owner_ids"])
            if first < self._today():
                return self._start_of_day(first, company_id)
        return super()._effective_at(event, company_id)

    @api.model
    def designate(
        self,
        partner_ids,
        account_class,
        reason,
        effective_on=None,
        owners=None,
        command_id=None,
    ):
        """Make customers key accounts; a recorded decision of a head of sales.

        :param partner_ids: ids of customers; contacts count for their company
        :param account_class: ``A`` to ``E``
        :param reason: why, in a sentence
        :param effective_on: date, ``YYYY-MM-DD``; today when left out
        :param owners: list of dicts ``user_id``, ``share`` (percent), ``role``
            (``lead`` or ``co``); the account's present owners, else the caller
        :param command_id: UUID chosen by the caller; the same again changes nothing
        :return: ids of the accounts, in the order of the customers
        :raises UserError: class or reason missing, shares not 100 %, already key
        """

        def action(model):
            model._check_may_decide()
            day = model._day(effective_on)
            found = model._for_partners(partner_ids, owners, day)
            words, today = self._reason(reason), model._today()

            def command_of(account, _state):
                parts = account._owner_parts(account._owners_for(owners, day), day)
                return accounts.Designate(account_class, day, words, parts, today)

            found._command_each(command_of)
            return found.ids

        return self._once(
            command_id,
            ["designate", partner_ids, account_class, reason, effective_on, owners],
            action,
        )

    @api.model
    def _for_partners(self, partner_ids, owners, day):
        """Return the accounts of customers here, made where missing."""
        partners = self.env["res.partner"].browse(partner_ids).commercial_partner_id
        root = self.env.company.root_id
        # sudo: an account outside the user's own list is found, not made twice
        have = (
            self.sudo()
            .with_context(active_test=False)
            .search([("partner_id", "in", partners.ids), ("company_id", "=", root.id)])
        )
        by_partner = {one.partner_id: one.id for one in have}
        made = self.create(
            [
                {
                    "partner_id": partner.id,
                    "company_id": root.id,
                    "owner_ids": [
                        fields.Command.create(line)
                        for line in self._owner_lines(
                            owners or [{"user_id": self.env.uid}], day
                        )
                    ],
                }
                for partner in partners
                if partner not in by_partner
            ]
        )
        by_partner |= {one.partner_id: one.id for one in made}
        return self.browse([by_partner[partner] for partner in partners])

    def _day(self, value):
        return self._day_given(value) or self._today()

    def change_class(
        self,
        account_class,
        reason,
        effective_on=None,
        expected_version=None,
        command_id=None,
    ):
        """Give accounts another class.

        :param account_class: ``A`` to ``E``
        :param reason: why, in a sentence
        :param effective_on: date, ``YYYY-MM-DD``; today when left out
        :param expected_version: refuse when an account has changed since this version
        :param command_id: UUID chosen by the caller; the same again changes nothing
        """
        return self._decide_once(
            accounts.ChangeClass(
                account_class,
                self._day(effective_on),
                self._reason(reason),
                self._today(),
            ),
            ["class", account_class, reason, effective_on],
            expected_version,
            command_id,
        )

    def hand_over(
        self, owners, reason, effective_on=None, expected_version=None, command_id=None
    ):
        """Give accounts to other owners from a day on, also one in the past.

        :param owners: list of dicts ``user_id``, ``share`` (percent), ``role``
            (``lead`` or ``co``); the shares add up to 100
        :param reason: why, in a sentence
        :param effective_on: date, ``YYYY-MM-DD``; today when left out
        :param expected_version: refuse when an account has changed since this version
        :param command_id: UUID chosen by the caller; the same again changes nothing
        """

        def action(model):
            day, words = model._day(effective_on), self._reason(reason)

            def command_of(account, _state):
                return accounts.HandOver(account._owner_parts(owners, day), day, words)

            return model.browse(self.ids)._decision_each(command_of, expected_version)

        return self._once(
            command_id, ["hand_over", self.ids, owners, reason, effective_on], action
        )

    def release(
        self, reason, effective_on=None, expected_version=None, command_id=None
    ):
        """End the key-account status; nobody owns the accounts from that day on.

        A day ahead is a plan, see ``planned``: until then everything stays.
        """
        return self._decide_once(
            accounts.Release(
                self._day(effective_on), self._reason(reason), self._today()
            ),
            ["release", reason, effective_on],
            expected_version,
            command_id,
        )

    def suspend(
        self, reason, effective_on=None, expected_version=None, command_id=None
    ):
        """Stop treating accounts as key accounts for a time."""
        return self._decide_once(
            accounts.Suspend(
                self._day(effective_on), self._reason(reason), self._today()
            ),
            ["suspend", reason, effective_on],
            expected_version,
            command_id,
        )

    def resume(self, reason, effective_on=None, expected_version=None, command_id=None):
        """End the suspension of accounts."""
        return self._decide_once(
            accounts.Resume(
                self._day(effective_on), self._reason(reason), self._today()
            ),
            ["resume", reason, effective_on],
            expected_version,
            command_id,
        )

    def _decide_once(self, command, request, expected_version, command_id):
        return self._once(
            command_id,
            [*request, self.ids, expected_version],
            lambda model: model.browse(self.ids)._decision(command, expected_version),
        )

    # ------------------------------------------------------------------- wording
    def _event_titles(self):
        _ = self.env._
        return {
            **super()._event_titles(),
            "Created": _("Account opened"),
            "Designated": _("Made a key account"),
            "ClassChanged": _("Class changed"),
            "OwnershipHandedOver": _("Handed over"),
            "Suspended": _("Suspended"),
            "Resumed": _("Suspension ended"),
            "Released": _("Released"),
            "NeedsRecorded": _("Needs noted"),
            "OpeningsRecorded": _("Openings noted"),
            "Segmented": _("Segment chosen"),
            "HeadAssigned": _("Head of sales assigned"),
            "AccountAbsorbed": _("Took over a merged account"),
            "MergedInto": _("Merged into another account"),
        }
