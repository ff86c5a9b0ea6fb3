"""Buttons of a key account: its papers, and the decisions about it."""

from odoo import api, fields, models


class KamAccount(models.Model):
    _inherit = "kam.account"

    color = fields.Integer(compute="_compute_color")
    decides = fields.Boolean(
        compute="_compute_decides", help="You may decide on this account."
    )

    @api.depends("account_class")
    def _compute_color(self):
        colors = {"A": 10, "B": 4, "C": 3, "D": 2, "E": 7}
        for account in self:
            account.color = colors.get(account.account_class, 0)

    @api.depends_context("uid")
    def _compute_decides(self):
        may = self.env.user.has_group("kam_management.group_kam_head")
        allowed = self._filtered_access("write") if may else self.browse()
        for account in self:
            account.decides = account in allowed

    @api.model
    def default_get(self, fields_list):
        """Show in the form who will own a new account."""
        values = super().default_get(fields_list)
        if "owner_ids" in fields_list and "owner_ids" not in values:
            values["owner_ids"] = self._creator_owns()
        return values

    # ------------------------------------------------------------------ papers
    def action_view_orders(self):
        """Open the orders and quotations of the accounts."""
        action = self._list_of(
            "sale.order",
            self.env._("Orders"),
            [("kam_account_id", "in", self.ids)],
            context={"default_partner_id": self[:1].partner_id.id},
        )
        action["help"] = self._no_content(
            self.env._("No order of this customer yet"),
            self.env._("Press New to make the first quotation."),
        )
        return action

    def action_view_quotations(self):
        """Open the quotations that wait for an answer."""
        return self._list_of(
            "sale.order",
            self.env._("Open quotations"),
            [("kam_account_id", "in", self.ids), ("state", "in", ["draft", "sent"])],
            context={"default_partner_id": self[:1].partner_id.id},
        )

    def action_view_invoices(self):
        """Open the invoices and credit notes of the accounts."""
        return self._invoices(
            self.env._("Invoices"), [("kam_account_id", "in", self.ids)]
        )

    def action_view_receivable(self):
        """Open the invoices of the customers that are not paid yet."""
        return self._invoices(
            self.env._("Not paid yet"), self._unpaid_domain(), due=True
        )

    def action_view_overdue(self):
        """Open the invoices of the customers that are past their due date."""
        return self._invoices(
            self.env._("Overdue"),
            [*self._unpaid_domain(), ("invoice_date_due", "<", self._today())],
            due=True,
        )

    def _unpaid_domain(self):
        return [
            ("commercial_partner_id", "in", self.partner_id.ids),
            ("state", "=", "posted"),
            ("payment_state", "in", ["not_paid", "partial"]),
        ]

    def _invoices(self, name, domain, due=False):
        action = self._list_of(
            "account.move",
            name,
            [
                ("move_type", "in", ["out_invoice", "out_refund", "out_receipt"]),
                *domain,
            ],
            context={
                "default_move_type": "out_invoice",
                "default_partner_id": self[:1].partner_id.id,
                "create": False,
            },
            views=[
                (self.env.ref("account.view_out_invoice_tree").id, "list"),
                (False, "kanban"),
                (False, "form"),
                (False, "pivot"),
                (False, "graph"),
            ],
        )
        action["search_view_id"] = [
            self.env.ref("account.view_account_invoice_filter").id
        ]
        action["help"] = self._no_content(
            self.env._("Nothing to pay")
            if due
            else self.env._("No invoice of this customer yet"),
            self.env._("Invoices that accounting posts appear here."),
        )
        return action

    def action_view_leads(self):
        """Open the leads and opportunities of the customers."""
        return self._list_of(
            "crm.lead",
            self.env._("Opportunities"),
            [("partner_id", "child_of", self.partner_id.ids)],
            context={
                "default_partner_id": self[:1].partner_id.id,
                "default_type": "opportunity",
            },
        )

    def action_view_contacts(self):
        """Open the people and addresses of the customers."""
        return self._list_of(
            "res.partner",
            self.env._("Contacts"),
            [("parent_id", "child_of", self.partner_id.ids)],
            context={"default_parent_id": self[:1].partner_id.id},
            modes=("kanban", "list", "form"),
        )

    def action_open_partner(self):
        """Open the customer."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.partner",
            "res_id": self.partner_id.id,
            "views": [(False, "form")],
        }

    def action_new_quotation(self):
        """Start a quotation for the customer."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "views": [(False, "form")],
            "context": {"default_partner_id": self.partner_id.id},
        }

    def _list_of(
        self, model, name, domain, context=None, modes=("list", "form"), views=None
    ):
        views = views or [(False, mode) for mode in modes]
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "domain": domain,
            "context": context or {},
            "views": views,
            "view_mode": ",".join(mode for _view, mode in views),
        }

    def _no_content(self, title, hint):
        return f'<p class="o_view_nocontent_smiling_face">{title}</p><p>{hint}</p>'

    # --------------------------------------------------------------- decisions
    def action_decide(self):
        """Open the dialog of a decision; ``kind`` is in the context."""
        kind = self.env.context.get("kam_kind", "designate")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"kam_management.kam_account_decide_action_{kind}"
        )
        action["context"] = {
            "default_kind": kind,
            "active_model": self._name,
            "active_ids": self.ids,
        }
        return action

    def _present_owners(self):
        """Return today's owners as a list of dicts ``user_id``, ``share``, ``role``."""
        today = self._today()
        present = self.owner_ids.filtered(
            lambda one: (
                one.date_from <= today and (not one.date_to or one.date_to >= today)
            )
        )
        return [
            {"user_id": one.user_id.id, "share": one.share, "role": one.role}
            for one in present.sorted(lambda one: (one.role != "lead", -one.share))
        ]
