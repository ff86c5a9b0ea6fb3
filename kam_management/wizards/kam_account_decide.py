"""The dialog of decisions on key accounts: what, from when, why, what it changes."""

import json

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_amount, format_date

from ..models.kam_account import CLASSES
from ..models.kam_account_owner import ROLES

KINDS = [
    ("designate", "Make a key account"),
    ("change_class", "Change class"),
    ("hand_over", "Hand over"),
    ("suspend", "Suspend"),
    ("resume", "Resume"),
    ("release", "Release"),
]
FITS = {
    "designate": ("prospect", "former"),
    "change_class": ("key", "suspended"),
    "hand_over": ("prospect", "key", "suspended"),
    "suspend": ("key",),
    "resume": ("suspended",),
    "release": ("key", "suspended"),
}
# documents of these customers from a day on, by who leads them now
MOVED = """
    SELECT kind, kam_user_id, count(*), sum(net) FROM (
        SELECT 'order' AS kind, s.kam_user_id,
               s.amount_untaxed / coalesce(nullif(s.currency_rate, 0), 1) AS net
          FROM sale_order s JOIN res_partner p ON p.id = s.partner_id
          JOIN res_company c ON c.id = s.company_id
          LEFT JOIN resource_calendar w ON w.id = c.resource_calendar_id
         WHERE p.commercial_partner_id IN %(partners)s AND s.state = 'sale'
           AND split_part(c.parent_path, '/', 1)::int = %(company)s
           AND (s.date_order AT TIME ZONE 'UTC'
                 AT TIME ZONE coalesce(w.tz, 'UTC'))::date >= %(day)s
         UNION ALL
        SELECT 'invoice', m.kam_user_id, m.amount_untaxed_signed
          FROM account_move m JOIN res_company c ON c.id = m.company_id
         WHERE (m.commercial_partner_id IN %(partners)s
                OR m.kam_account_id IN %(accounts)s)
           AND m.state = 'posted'
           AND m.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
           AND split_part(c.parent_path, '/', 1)::int = %(company)s
           AND coalesce(m.invoice_date, m.date) >= %(day)s
    ) AS found WHERE kam_user_id IS DISTINCT FROM %(lead)s
    GROUP BY kind, kam_user_id ORDER BY kam_user_id NULLS FIRST, kind DESC
"""


class KamAccountDecide(models.TransientModel):
    _name = "kam.account.decide"
    _description = "Decision on key accounts"

    kind = fields.Selection(KINDS, required=True, default="designate")
    account_ids = fields.Many2many("kam.account", string="Accounts", readonly=True)
    partner_ids = fields.Many2many("res.partner", string="Customers")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company.root_id
    )
    account_class = fields.Selection(CLASSES, "Class")
    effective_on = fields.Date(
        "As of",
        required=True,
        default=lambda self: self.env.company._kam_today(),
        help="The first day on which it holds: today, a day ahead, or one in the past.",
    )
    reason = fields.Text(help="Why, in a sentence. It stays in the history.")
    owner_ids = fields.One2many(
        "kam.account.decide.owner", "decide_id", "Owners from that day on"
    )
    versions = fields.Char(readonly=True)  # {account id: version it was opened on}
    preview = fields.Html(compute="_compute_preview", sanitize=False)
    skipped = fields.Html(compute="_compute_skipped", sanitize=False)

    # ---------------------------------------------------------------- defaults
    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        kind = values.get("kind") or "designate"
        values["kind"] = kind
        accounts, partners = self._chosen()
        values["account_ids"] = [fields.Command.set(accounts.ids)]
        values["partner_ids"] = [fields.Command.set(partners.ids)]
        values["versions"] = json.dumps(
            {account.id: account.event_version for account in accounts}
        )
        classes = set(accounts.mapped("account_class"))
        if kind == "designate" and len(classes) == 1:
            values.setdefault("account_class", classes.pop())
        values["owner_ids"] = self._default_owners(kind, accounts, partners)
        return values

    def _chosen(self):
        """Return (accounts, customers without one) of what the list had selected."""
        model = self.env.context.get("active_model")
        ids = self.env.context.get("active_ids") or []
        if model == "kam.account":
            return self.env[model].browse(ids).exists(), self.env["res.partner"]
        if model == "res.partner":
            partners = self.env[model].browse(ids).exists()
        elif model and "partner_id" in self.env[model]._fields:
            partners = self.env[model].browse(ids).exists().partner_id
        else:
            partners = self.env["res.partner"]
        partners = partners.commercial_partner_id
        accounts = self.env["kam.account"].search(
            [
                ("partner_id", "in", partners.ids),
                ("company_id", "=", self.env.company.root_id.id),
            ]
        )
        return accounts, partners - accounts.partner_id

    def _default_owners(self, kind, accounts, partners):
        present = [account._present_owners() for account in accounts]
        if kind == "hand_over" and len(present) == 1 and present[0]:
            return [fields.Command.create(line) for line in present[0]]
        if kind == "designate" and (partners or not all(present)):
            return [fields.Command.create({"user_id": self.env.uid})]
        return []

    # ----------------------------------------------------------------- preview
    @api.depends("kind", "account_ids", "effective_on")
    def _compute_skipped(self):
        for wizard in self:
            unfit = wizard.account_ids._origin - wizard._fitting()
            words = ", ".join(
                f"{one.display_name} ({wizard._status_words(one.status)})"
                for one in unfit
            )
            wizard.skipped = (
                wizard.env._("Left out, because of their status: %s.", words)
                if unfit
                else False
            )

    def _status_words(self, status):
        selection = self.env["kam.account"]._fields["status"]
        return dict(selection._description_selection(self.env))[status].lower()

    def _fitting(self):
        accounts = self.account_ids._origin
        return accounts.filtered(lambda one: one.status in FITS[self.kind])

    @api.depends(
        "kind",
        "account_ids",
        "partner_ids",
        "account_class",
        "effective_on",
        "owner_ids.user_id",
        "owner_ids.share",
        "owner_ids.role",
    )
    def _compute_preview(self):
        for wizard in self:
            lines = wizard._preview_lines() if wizard.effective_on else []
            wizard.preview = Markup("<ul class='mb-0 ps-3'>%s</ul>") % Markup().join(
                Markup("<li>%s</li>") % line for line in lines
            )

    def _preview_lines(self):
        accounts, partners = self._fitting(), self.partner_ids._origin
        if not accounts and not (partners and self.kind == "designate"):
            return [self.env._("Nothing is chosen that this decision fits.")]
        lines = [self._preview_what(accounts, partners)]
        if self.kind in ("designate", "hand_over", "release"):
            lines += self._preview_owners(accounts, partners)
        elif self.effective_on > self.company_id._kam_today():
            lines.append(self.env._("Until then everything stays as it is."))
        return [line for line in lines if line]

    def _preview_what(self, accounts, partners):
        day = format_date(self.env, self.effective_on)
        _, names = self.env._, self._names(accounts, partners)
        klass = self.account_class or "?"
        match self.kind:
            case "designate":
                return _(
                    "%(names)s: key account of class %(klass)s from %(day)s on.",
                    names=names,
                    klass=klass,
                    day=day,
                )
            case "change_class":
                old = ", ".join(sorted({one or "-" for one in self._classes(accounts)}))
                return _(
                    "%(names)s: class %(old)s becomes %(klass)s as of %(day)s. Who owns"
                    " them stays.",
                    names=names,
                    old=old,
                    klass=klass,
                    day=day,
                )
            case "suspend":
                return _(
                    "%(names)s: not treated as key account from %(day)s on; the owners"
                    " stay.",
                    names=names,
                    day=day,
                )
            case "resume":
                return _(
                    "%(names)s: key account again from %(day)s on.",
                    names=names,
                    day=day,
                )
            case "release":
                return _(
                    "%(names)s: no key account any more, nobody owns it from %(day)s"
                    " on. The history stays.",
                    names=names,
                    day=day,
                )
        return _("%(names)s: handed over as of %(day)s.", names=names, day=day)

    def _classes(self, accounts):
        return accounts.mapped("account_class")

    def _names(self, accounts, partners):
        names = [*accounts.mapped("display_name"), *partners.mapped("display_name")]
        if len(names) > 3:
            return self.env._("%s customers", len(names))
        return ", ".join(names)

    def _preview_owners(self, accounts, partners):
        lines = []
        day, today = self.effective_on, self.company_id._kam_today()
        given = self.owner_ids.filtered("user_id")
        if self.kind == "release":
            ends = self.env._(
                "Ends the day before: %s.", self._periods_words(accounts, day)
            )
            lines.append(ends if accounts.owner_ids else "")
        elif given:
            lines.append(
                self.env._(
                    "From %(day)s on: %(owners)s.",
                    day=format_date(self.env, day),
                    owners=", ".join(
                        f"{one.user_id.name} ({one.share:g} %)" for one in given
                    ),
                )
            )
            lines.append(self._ending(accounts, day))
        else:
            lines.append(self.env._("The owners stay as they are."))
            return lines
        lines += self._void(accounts, day)
        if day <= today:
            lines += self._moved(accounts, partners, given)
        else:
            lines.append(
                self.env._("Until then everything stays; no document changes hands.")
            )
        return lines

    def _ending(self, accounts, day):
        words = self._periods_words(accounts, day)
        return words and self.env._("Ends the day before: %s.", words)

    def _periods_words(self, accounts, day):
        ending = accounts.owner_ids.filtered(
            lambda one: one.date_from < day and (not one.date_to or one.date_to >= day)
        )
        return ", ".join(
            f"{one.user_id.name} ({one.account_id.display_name})"
            if len(accounts) > 1
            else one.user_id.name
            for one in ending[:6]
        ) + (" …" if len(ending) > 6 else "")

    def _void(self, accounts, day):
        void = accounts.owner_ids.filtered(lambda one: one.date_from >= day)
        return [
            self.env._(
                "Void: %(name)s, %(from)s to %(to)s.",
                name=one.user_id.name,
                **{
                    "from": format_date(self.env, one.date_from),
                    "to": format_date(self.env, one.date_to) if one.date_to else "…",
                },
            )
            for one in void[:6]
        ]

    def _moved(self, accounts, partners, given):
        """Say which documents of the past get another manager, and who loses them."""
        lead = given.sorted(lambda one: (one.role != "lead", -one.share))[:1].user_id
        rows = self._moved_rows(accounts, partners, lead)
        if not rows:
            return [self.env._("No order or invoice changes hands.")]
        winner = lead.name if self.kind != "release" else self.env._("nobody")
        return [
            self.env._(
                "%(what)s (%(net)s net) since %(day)s: from %(loser)s to %(winner)s.",
                what=self._count_words(kind, count),
                net=format_amount(self.env, net or 0, self.company_id.currency_id),
                day=format_date(self.env, self.effective_on),
                loser=self.env["res.users"].browse(user_id).name
                if user_id
                else self.env._("nobody"),
                winner=winner,
            )
            for kind, user_id, count, net in rows
        ]

    def _count_words(self, kind, count):
        if kind == "order":
            return (
                self.env._("%s orders", count) if count != 1 else self.env._("1 order")
            )
        return (
            self.env._("%s invoices and credit notes", count)
            if count != 1
            else self.env._("1 invoice or credit note")
        )

    def _moved_rows(self, accounts, partners, lead):
        everyone = accounts.partner_id | partners
        self.env.flush_all()
        return self.env.execute_query(
            SQL(
                MOVED,
                partners=tuple(everyone.ids) or (0,),
                accounts=tuple(accounts.ids) or (0,),
                company=self.company_id.id,
                day=self.effective_on,
                lead=(lead.id or None) if self.kind != "release" else None,
            )
        )

    # ------------------------------------------------------------------- apply
    def action_apply(self):
        """Record the decision for all accounts at once, or refuse it for all."""
        self.ensure_one()
        accounts = self._fitting()
        partners = (
            self.partner_ids if self.kind == "designate" else self.partner_ids[:0]
        )
        if not accounts and not partners:
            raise UserError(
                self.env._(
                    "No account is chosen that this decision fits. Close the dialog and"
                    " choose accounts in the list."
                )
            )
        self._check_versions(accounts)
        made = self._apply(accounts, partners)
        if len(accounts | made) == 1 and self.env.context.get("active_model") != (
            "kam.account"
        ):
            return {
                "type": "ir.actions.act_window",
                "res_model": "kam.account",
                "res_id": (accounts | made).id,
                "views": [(False, "form")],
            }
        return {"type": "ir.actions.act_window_close"}

    def _apply(self, accounts, partners):
        model = self.env["kam.account"].with_company(self.company_id)
        owners = [
            {"user_id": one.user_id.id, "share": one.share, "role": one.role}
            for one in self.owner_ids
        ]
        day = fields.Date.to_string(self.effective_on)
        if self.kind == "designate":
            everyone = accounts.partner_id | partners
            ids = model.designate(
                everyone.ids, self.account_class, self.reason, day, owners or None
            )
            return model.browse(ids)
        # the versions were compared above, for each account with its own
        match self.kind:
            case "change_class":
                accounts.change_class(self.account_class, self.reason, day)
            case "hand_over":
                accounts.hand_over(owners, self.reason, day)
            case kind:
                getattr(accounts, kind)(self.reason, day)
        return model

    def _check_versions(self, accounts):
        """Refuse accounts that changed after the dialog was opened."""
        seen = {int(key): one for key, one in json.loads(self.versions or "{}").items()}
        for account, _key, version, _state in accounts._load() if accounts else ():
            if account.id in seen:
                account._check_version(
                    [(account, None, version, None)], seen[account.id]
                )


class KamAccountDecideOwner(models.TransientModel):
    _name = "kam.account.decide.owner"
    _description = "Owner in a decision on key accounts"
    _order = "id"

    decide_id = fields.Many2one(
        "kam.account.decide", required=True, ondelete="cascade", index=True
    )
    user_id = fields.Many2one(
        "res.users",
        "Key account manager",
        required=True,
        domain=[("share", "=", False)],
    )
    role = fields.Selection(ROLES, required=True, default="lead")
    share = fields.Float("Share (%)", digits=(5, 2), required=True, default=100.0)
