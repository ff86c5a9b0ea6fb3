"""Aged receivables: one row a customer, and one a document below it."""

from decimal import Decimal

from odoo import api, fields, models

from . import kam_ageing_query as query
from .kam_account import CLASSES

ITEM_KINDS = [
    ("invoice", "Invoice"),
    ("credit_note", "Credit note"),
    ("receipt", "Receipt"),
    ("payment", "Payment"),
    ("entry", "Entry"),
]
READ = {
    "account.account": ["account_type"],
    "account.move": ["invoice_date", "move_type", "name", "origin_payment_id"],
    "account.move.line": [
        "account_id",
        "amount_currency",
        "amount_residual",
        "amount_residual_currency",
        "balance",
        "company_id",
        "currency_id",
        "date",
        "date_maturity",
        "move_id",
        "parent_state",
        "partner_id",
        "reconciled",
    ],
    "account.partial.reconcile": [
        "amount",
        "credit_amount_currency",
        "credit_move_id",
        "debit_amount_currency",
        "debit_move_id",
        "max_date",
    ],
    "kam.account": ["account_class", "company_id", "partner_id"],
    "kam.account.owner": ["account_id", "date_from", "date_to", "role", "user_id"],
    "kam.ageing.bucket": ["days_to", "kind"],
    "res.partner": ["commercial_partner_id"],
}


class KamAgeingQuestion(models.AbstractModel):
    """What both rows share: the question, in the context as ``kam_ageing``.

    The context says what is asked, never what may be seen: that is for the rules.
    """

    _name = "kam.ageing.question"
    _description = "As of when, and on which clock"

    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    account_id = fields.Many2one("kam.account", "Key account", readonly=True)
    account_class = fields.Selection(CLASSES, "Class", readonly=True)
    user_id = fields.Many2one("res.users", "Key account manager", readonly=True)
    total = fields.Monetary(readonly=True, help="The ledger's receivable balance.")
    residual = fields.Monetary(
        "Open", readonly=True, help="Debts less what is not allocated yet."
    )
    unallocated = fields.Monetary(
        readonly=True, help="Payments and credit notes not yet matched with a debt."
    )
    crossed = fields.Monetary(
        "Settled across customers",
        readonly=True,
        help="Matched with an item of another customer, or with one that is no longer"
        " posted. This customer's ledger still has it.",
    )
    overdue = fields.Monetary(readonly=True)

    @api.model
    def _question(self):
        return query.question(self.env, self.env.context.get("kam_ageing"))

    @api.model
    def _prepare_facts(self, asked):
        """Bring the facts up to date where an ageing reads them."""
        if asked.known_at is not None:
            self.env["kam.fact"]._catch_up_soon()


class KamAgeingItem(models.Model):
    _name = "kam.ageing.item"
    _inherit = ["kam.ageing.question"]
    _description = "Open item as of a day"
    _auto = False
    _order = "base_date, id"
    _rec_name = "number"
    _depends = READ

    number = fields.Char("Document", readonly=True)
    move_id = fields.Many2one("account.move", "Journal entry", readonly=True)
    contact_id = fields.Many2one("res.partner", readonly=True)
    document_currency_id = fields.Many2one(
        "res.currency", "Document currency", readonly=True
    )
    kind = fields.Selection(ITEM_KINDS, readonly=True)
    date = fields.Date(readonly=True)
    due_date = fields.Date(readonly=True)
    base_date = fields.Date("Ages from", readonly=True)
    days = fields.Integer("Days late", readonly=True, aggregator="max")
    bucket_id = fields.Many2one("kam.ageing.bucket", readonly=True)
    amount = fields.Monetary(readonly=True)

    @property
    def _table_query(self):
        return query.items(self.env, self._question())

    def action_open_document(self):
        """Open the journal entry of the item."""
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self[:1].move_id.id,
            "views": [(False, "form")],
        }


class KamAgeing(models.Model):
    _name = "kam.ageing"
    _inherit = ["kam.ageing.question"]
    _description = "Aged receivables"
    _auto = False
    _order = "overdue desc, total desc, id"
    _rec_name = "partner_id"
    _depends = READ

    slot_0 = fields.Monetary("Not due", readonly=True)
    slot_1 = fields.Monetary(readonly=True)
    slot_2 = fields.Monetary(readonly=True)
    slot_3 = fields.Monetary(readonly=True)
    slot_4 = fields.Monetary(readonly=True)
    slot_5 = fields.Monetary(readonly=True)
    slot_6 = fields.Monetary(readonly=True)
    slot_7 = fields.Monetary(readonly=True)
    slot_8 = fields.Monetary(readonly=True)
    late_days = fields.Float(readonly=True, help="Overdue amount times days late.")
    oldest_date = fields.Date("Oldest overdue", readonly=True)
    documents = fields.Integer(readonly=True)
    overdue_ratio = fields.Float(
        "Overdue %", compute="_compute_ratios", help="Of all debts, due or not."
    )
    average_days = fields.Float(
        "Days late",
        compute="_compute_ratios",
        digits=(16, 1),
        help="Of overdue documents, weighted by amount.",
    )
    payment_term_id = fields.Many2one(
        "account.payment.term", "Terms", compute="_compute_customer"
    )
    credit_limit = fields.Monetary(compute="_compute_customer")
    credit_room = fields.Monetary("Free limit", compute="_compute_customer")
    disputed = fields.Monetary(compute="_compute_customer", help="In open disputes.")
    promised = fields.Monetary(compute="_compute_customer", help="In open promises.")
    last_payment_date = fields.Date("Last payment", compute="_compute_customer")
    next_step = fields.Char("Next action", compute="_compute_customer")

    @property
    def _table_query(self):
        return query.customers(self.env, self._question())

    @api.depends("overdue", "residual", "unallocated", "late_days")
    def _compute_ratios(self):
        for row in self:
            debts = row.residual - row.unallocated
            row.overdue_ratio = row.overdue / debts if debts else 0.0
            row.average_days = row.late_days / row.overdue if row.overdue else 0.0

    @api.depends("partner_id", "account_id")
    def _compute_customer(self):
        paid = self._last_payments()
        disputed = self._told("kam.dispute", "amount", ("open", "late"))
        promised = self._told("kam.promise", "amount", ("open",))
        for row in self:
            # sudo: the terms of a customer whose debts one sees are no secret
            partner = row.partner_id.sudo().with_company(row.company_id)
            row.payment_term_id = partner.property_payment_term_id
            row.last_payment_date = paid.get(row.partner_id.id, False)
            row.disputed = disputed.get((row.partner_id, row.currency_id), 0)
            row.promised = promised.get((row.partner_id, row.currency_id), 0)
            # sudo: as the terms above
            account = row.account_id.sudo()
            known = account.has_credit_limit and account.credit_currency_id
            same = known == row.currency_id
            row.credit_limit = account.credit_limit if same else 0
            row.credit_room = account.credit_room if same else 0
            row.next_step = row.account_id.activity_summary or (
                row.account_id.activity_type_id.name
            )

    def _told(self, model, name, states):
        """Return {(customer, currency): amount of open promises or disputes}."""
        found = {}
        records = self.env[model].search(
            [("partner_id", "in", self.partner_id.ids), ("state", "in", states)]
        )
        for one in records:
            key = (one.partner_id, one.currency_id)
            found[key] = found.get(key, 0) + one[name]
        return found

    def _last_payments(self):
        """Return {customer id: day of the last payment up to the day asked for}."""
        # sudo: which day a customer paid, for customers whose debts one sees
        rows = (
            self.env["account.payment"]
            .sudo()
            ._read_group(
                [
                    (
                        "partner_id.commercial_partner_id",
                        "in",
                        self.partner_id.ids,
                    ),
                    ("company_id", "in", self.env.companies.ids),
                    ("payment_type", "=", "inbound"),
                    ("move_id.state", "=", "posted"),
                    ("date", "<=", self._question().as_of),
                ],
                ["partner_id"],
                ["date:max"],
            )
        )
        found = {}
        for partner, day in rows:
            customer = partner.commercial_partner_id.id
            found[customer] = max(found.get(customer) or day, day)
        return found

    # --------------------------------------------------------------------- read
    @api.model
    @api.readonly
    def search_fetch(self, domain, field_names=None, offset=0, limit=None, order=None):
        """Fetch whole rows: to ask for the rest would reckon the ageing again."""
        if field_names is not None:
            stored = (name for name, one in self._fields.items() if one.store)
            field_names = list(dict.fromkeys([*field_names, *stored]))
        return super().search_fetch(domain, field_names, offset, limit, order)

    # ------------------------------------------------------------------- labels
    @api.model
    def _slots(self):
        """Return {name of a column: its label} of the ranges there are."""
        ids, _unallocated = self.env["kam.ageing.bucket"]._places()
        # sudo: which ranges there are is no secret
        buckets = self.env["kam.ageing.bucket"].sudo().browse(ids)
        return {f"slot_{n}": one.display_name for n, one in enumerate(buckets)}

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        """Name the columns of the ranges as the buckets are named."""
        found = super().fields_get(allfields, attributes)
        labels = self._slots()
        for name in [one for one in found if one.startswith("slot_")]:
            if name not in labels:
                del found[name]
            elif "string" in found[name]:
                found[name]["string"] = labels[name]
        return found

    @api.model
    def _get_view_cache_key(self, view_id=None, view_type="form", **options):
        key = super()._get_view_cache_key(view_id, view_type, **options)
        return (*key, tuple(self._slots().items()))

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Take out the columns that stand for no range."""
        arch, view = super()._get_view(view_id, view_type, **options)
        labels = self._slots()
        for node in arch.xpath("//field[starts-with(@name, 'slot_')]"):
            if node.get("name") not in labels:
                node.getparent().remove(node)
            else:
                node.set("string", labels[node.get("name")])
        return arch, view

    # ------------------------------------------------------------------ actions
    @api.model
    @api.readonly
    def control(self, asked=None):
        """Return what proves an ageing: its total beside the ledger's balance.

        :param asked: dict ``as_of`` (date), ``known_at`` (UTC time; left out: as the
            ledger says it today), ``base`` (``due`` or ``invoice``), ``owner`` (``now``
            or ``then``), ``currency_id``
        :return: dict ``as_of``, ``known_at``, ``base``, ``owner``, ``whole`` (all
            customers, or only those of one's accounts), ``lag`` (documents not yet in
            the facts) and ``parts``, one for each currency of the books shown (or the
            one asked for): dicts ``currency_id``, ``currency``, ``total``,
            ``overdue``, ``ledger`` and ``difference`` as decimal text; the first of
            them, the present company's, stands in the answer itself as well
        """
        question = query.question(self.env, asked)
        self.check_access("read")
        whole = self._sees_all()
        parts = self._control_parts(question, whole)
        return {
            "as_of": fields.Date.to_string(question.as_of),
            "known_at": fields.Datetime.to_string(question.known_at)
            if question.known_at
            else False,
            "base": question.base,
            "owner": question.owner,
            "whole": whole,
            "lag": self.env["kam.fact"]._lag()["streams"] if question.known_at else 0,
            **parts[0],
            "parts": parts,
        }

    def _control_parts(self, question, whole):
        """Return total, overdue, ledger and difference in each currency of books."""
        aged = self._asking(question)._read_group(
            [], ["currency_id"], ["total:sum", "overdue:sum"]
        )
        aged = {currency.id: sums for currency, *sums in aged}
        only = None if whole else self.env["kam.account"]._mine_query()
        self.env["account.move.line"].flush_model()
        ledger = self.env.execute_query(query.balance(self.env, question, only))
        ledger = {key: Decimal(amount) for key, amount in ledger}
        first = self.env["res.currency"].browse(question.currency_id).exists()
        first = first or self.env.company.currency_id
        others = sorted((aged.keys() | ledger.keys()) - {first.id})
        return [
            self._control_part(
                currency, *aged.get(currency.id, (0, 0)), ledger.get(currency.id, 0)
            )
            for currency in first + first.browse(others)
        ]

    def _control_part(self, currency, total, overdue, ledger):
        digits = currency.decimal_places
        total, overdue, ledger = (
            round(Decimal(str(one or 0)), digits) for one in (total, overdue, ledger)
        )
        return {
            "currency_id": currency.id,
            "currency": currency.name,
            "total": format(total, "f"),
            "overdue": format(overdue, "f"),
            "ledger": format(ledger, "f"),
            "difference": format(ledger - total, "f"),
        }

    def _sees_all(self):
        user = self.env.user
        return (
            self.env.su
            or user.has_group("kam_management.group_kam_credit")
            or user.has_group("kam_management.group_kam_director")
        )

    @api.model
    def _asking(self, question):
        """Return the model, asking that; rows read before are forgotten."""
        self.invalidate_model(flush=False)
        self.env["kam.ageing.item"].invalidate_model(flush=False)
        return self.with_context(
            kam_ageing={
                "as_of": fields.Date.to_string(question.as_of),
                "known_at": question.known_at
                and fields.Datetime.to_string(question.known_at),
                "base": question.base,
                "owner": question.owner,
                "currency_id": question.currency_id,
            }
        )

    def action_open_documents(self):
        """Open the documents behind the figures of the customers."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "kam_management.kam_ageing_item_action"
        )
        action["domain"] = [("partner_id", "in", self.partner_id.ids or [False])]
        action["context"] = {"kam_ageing": self.env.context.get("kam_ageing") or {}}
        if len(self) == 1:
            action["name"] = self.env._("Open items: %s", self.partner_id.display_name)
        return action

    @api.model
    def action_ask(self):
        """Open the dialog: as of when, on which clock, from which date."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "kam_management.kam_ageing_wizard_action"
        )
        action["context"] = {"kam_ageing": self.env.context.get("kam_ageing") or {}}
        return action
