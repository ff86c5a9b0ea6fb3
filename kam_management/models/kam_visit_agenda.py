"""The agenda of a visit or call, made of facts that Odoo knows already.

Each provider is a small method ``(accounts, today) -> {account id: [item, …]}`` that
reads all accounts by a fixed number of queries, with the rights of the reader. An
addon adds one by inheritance::

    class KamVisitAgenda(models.AbstractModel):
        _inherit = "kam.visit.agenda"

        def _providers(self):
            return [*super()._providers(), ("claims", "_agenda_claims")]

        def _titles(self):
            return {**super()._titles(), "claims": self.env._("Open claims")}
"""

from collections import defaultdict
from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import MissingError, UserError

SHOWN = 5  # items of a section
PROMISE_DAYS = 120  # an older one is no topic any more
MOST = 200  # accounts in one call


class KamVisitAgenda(models.AbstractModel):
    _name = "kam.visit.agenda"
    _description = "Agenda of a visit"

    # ------------------------------------------------------------------- public
    @api.model
    @api.readonly
    def agenda(self, account_ids):
        """Return what to talk about with customers, made of what Odoo knows.

        :param account_ids: ids of key accounts that the caller may read, at most 200
        :return: list of dicts, in the order asked: ``account_id`` and ``sections``, a
            list of ``{key, title, items, more}``; an item is a dict ``title``,
            ``detail``, ``date`` (or empty), ``amount`` (or None) with ``currency_id``,
            ``tone`` (``danger``, ``warning``, ``info`` or empty), and ``model`` with
            ``res_id``: the document it opens. Debts are with tax, orders without
        :raises UserError: not a list of ids of accounts
        """
        if (
            not isinstance(account_ids, (list, tuple))
            or len(account_ids) > MOST
            or not all(type(one) is int for one in account_ids)
        ):
            raise UserError(
                self.env._("“Accounts” is a list of ids, at most %s of them.", MOST)
            )
        accounts = self.env["kam.account"].browse(account_ids)
        try:
            accounts.check_access("read")
            accounts.mapped("partner_id")
        except (MissingError, OverflowError) as error:
            raise UserError(
                self.env._("One of these key accounts does not exist; reload.")
            ) from error
        found = self._sections(accounts)
        return [
            {"account_id": account.id, "sections": found[account.id]}
            for account in accounts
        ]

    def _sections(self, accounts):
        """Return {account id: sections}; sections without items are left out."""
        sections = defaultdict(list)
        titles, today = self._titles(), self.env.company._kam_today()
        for key, method in self._providers():
            for account_id, items in getattr(self, method)(accounts, today).items():
                if items:
                    sections[account_id].append(
                        {
                            "key": key,
                            "title": titles[key],
                            "items": items[:SHOWN],
                            "more": max(0, len(items) - SHOWN),
                        }
                    )
        return sections

    @api.model
    def _providers(self):
        """Return (key, name of the method) of the providers, in order of the screen."""
        return [
            ("next_step", "_agenda_next_step"),
            ("overdue", "_agenda_overdue"),
            ("promises", "_agenda_promises"),
            ("disputes", "_agenda_disputes"),
            ("quotations", "_agenda_quotations"),
            ("open_orders", "_agenda_open_orders"),
            ("reorder", "_agenda_reorder"),
            ("leads", "_agenda_leads"),
            ("needs", "_agenda_needs"),
            ("last_orders", "_agenda_last_orders"),
        ]

    @api.model
    def _titles(self):
        return {
            "next_step": self.env._("Agreed last time"),
            "overdue": self.env._("Overdue"),
            "promises": self.env._("Promised payments"),
            "disputes": self.env._("Disputes and claims"),
            "quotations": self.env._("Quotations waiting"),
            "open_orders": self.env._("Orders under way"),
            "reorder": self.env._("Due for re-order"),
            "leads": self.env._("Opportunities"),
            "needs": self.env._("Needs and openings"),
            "last_orders": self.env._("Last orders"),
        }

    def _item(self, record, title, **values):
        return {
            "title": title,
            "detail": "",
            "date": "",
            "amount": None,
            "currency_id": False,
            "tone": "",
            "model": record._name,
            "res_id": record.id,
            **values,
        }

    def _read(self, model, domain, names, order):
        """Return the records that the reader may see; none where a model is closed."""
        model = self.env[model]
        if not model.has_access("read"):
            return model
        return model.search_fetch(domain, names, order=order)

    # ---------------------------------------------------------------- providers
    def _agenda_overdue(self, accounts, today):
        """Invoices of the customer past their due date, the oldest first."""
        invoices = self._read(
            "account.move",
            [
                ("commercial_partner_id", "in", accounts.partner_id.ids),
                ("company_id", "child_of", accounts.company_id.ids),
                ("state", "=", "posted"),
                ("move_type", "in", ["out_invoice", "out_receipt"]),
                ("payment_state", "in", ["not_paid", "partial"]),
                ("invoice_date_due", "<", today),
            ],
            [
                "name",
                "amount_residual",
                "currency_id",
                "invoice_date_due",
                "commercial_partner_id",
                "company_id",
            ],
            "invoice_date_due, id",
        )
        by_customer = {(one.partner_id, one.company_id): one.id for one in accounts}
        found = defaultdict(list)
        for one in invoices:
            key = (one.commercial_partner_id, one.company_id.root_id)
            found[by_customer.get(key)].append(
                self._item(
                    one,
                    one.name or "",
                    detail=self.env._(
                        "%s days late", (today - one.invoice_date_due).days
                    ),
                    date=fields.Date.to_string(one.invoice_date_due),
                    amount=one.amount_residual,
                    currency_id=one.currency_id.id,
                    tone="danger",
                )
            )
        return found

    def _agenda_promises(self, accounts, today):
        """Promises to pay that are open, kept in part or broken, the earliest first."""
        promises = self._read(
            "kam.promise",
            [
                ("partner_id", "in", accounts.partner_id.ids),
                ("withdrawn_on", "=", False),
                ("date_promised", ">=", today - timedelta(days=PROMISE_DAYS)),
            ],
            ["partner_id", "company_id", "currency_id", "amount", "date_promised"],
            "date_promised, id",
        ).filtered(lambda one: one.state in ("open", "part", "broken"))
        words = dict(promises._fields["state"]._description_selection(self.env))
        return self._of_customers(
            accounts,
            promises,
            lambda one: self._item(
                one,
                words[one.state],
                date=self._day(one.date_promised),
                amount=one.amount,
                currency_id=one.currency_id.id,
                tone="danger" if one.state == "broken" else "info",
            ),
        )

    def _agenda_disputes(self, accounts, today):
        """Disputes and claims that are not settled, the earliest first."""
        disputes = self._read(
            "kam.dispute",
            [
                ("partner_id", "in", accounts.partner_id.ids),
                ("resolved_on", "=", False),
            ],
            ["partner_id", "company_id", "reason_id", "opened_on", "currency_id"],
            "opened_on, id",
        )
        return self._of_customers(
            accounts,
            disputes,
            lambda one: self._item(
                one,
                one.reason_id.display_name or one.display_name,
                date=self._day(one.opened_on),
                amount=one.amount,
                currency_id=one.currency_id.id,
                tone="warning",
            ),
        )

    def _of_customers(self, accounts, records, item):
        """Return {account id: items} of records that have a customer and a company."""
        by_customer = {(one.partner_id, one.company_id): one.id for one in accounts}
        found = defaultdict(list)
        for one in records:
            key = (one.partner_id, one.company_id.root_id)
            if key in by_customer:
                found[by_customer[key]].append(item(one))
        return found

    def _agenda_leads(self, accounts, today):
        """Open opportunities and leads of the customer."""
        leads = self._read(
            "crm.lead",
            [
                ("partner_id.commercial_partner_id", "in", accounts.partner_id.ids),
                ("stage_id.is_won", "=", False),
            ],
            ["name", "expected_revenue", "partner_id", "date_deadline", "company_id"],
            "date_deadline, id",
        )
        by_customer = {one.partner_id: one for one in accounts}
        found = defaultdict(list)
        for one in leads:
            account = by_customer[one.partner_id.commercial_partner_id]
            late = one.date_deadline and one.date_deadline < today
            found[account.id].append(
                self._item(
                    one,
                    one.name,
                    date=self._day(one.date_deadline),
                    amount=one.expected_revenue or None,
                    currency_id=account.currency_id.id,
                    tone="warning" if late else "",
                )
            )
        return found

    def _agenda_needs(self, accounts, today):
        """Open needs and openings, then what the account says in a sentence."""
        notes = self._read(
            "kam.need",
            [("account_id", "in", accounts.ids), ("state", "=", "open")],
            ["name", "kind", "account_id", "amount", "currency_id", "due_on"],
            "due_on, id",
        )
        found = defaultdict(list)
        for one in notes:
            late = one.due_on and one.due_on < today
            found[one.account_id.id].append(
                self._item(
                    one,
                    one.display_name,
                    date=self._day(one.due_on),
                    amount=one.amount or None,
                    currency_id=one.currency_id.id,
                    tone="warning" if late else "",
                )
            )
        for one in accounts:
            for text in (one.needs, one.openings):
                lines = (line.strip() for line in (text or "").splitlines())
                found[one.id] += [self._item(one, line) for line in lines if line]
        return found

    def _agenda_next_step(self, accounts, today):
        """Steps agreed and planned with the customer, the earliest first."""
        activities = self._read(
            "mail.activity",
            [("res_model", "=", "kam.account"), ("res_id", "in", accounts.ids)],
            ["summary", "activity_type_id", "date_deadline", "res_id", "user_id"],
            "date_deadline, id",
        )
        found = defaultdict(list)
        for one in activities:
            found[one.res_id].append(
                self._item(
                    accounts.browse(one.res_id),
                    one.summary or one.activity_type_id.name or "",
                    detail=one.user_id.name or "",
                    date=self._day(one.date_deadline),
                    tone="danger" if one.date_deadline < today else "",
                )
            )
        return found

    def _local_day(self, moment):
        """Return the day of a moment where the company is, as text; empty for none."""
        if not moment:
            return ""
        local = moment.replace(tzinfo=timezone.utc).astimezone(self._zone())
        return fields.Date.to_string(local.date())

    def _moment(self, day):
        """Return when a day begins where the company is, as Odoo stores moments."""
        local = datetime.combine(day, time.min, self._zone())
        return local.astimezone(timezone.utc).replace(tzinfo=None)

    def _zone(self):
        # sudo: the time zone of the company is no secret
        return ZoneInfo(self.env.company.root_id.sudo()._kam_time_zone())

    def _day(self, value):
        return fields.Date.to_string(fields.Date.to_date(value)) or ""
