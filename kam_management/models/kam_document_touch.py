"""The doors through which every change of an order or an entry passes.

``_create``, ``_write_multi`` and ``unlink`` are the last steps before the database: a
button, a form, RPC, an import, the portal, another addon's ``sudo`` and a stored
computation all end there. Each only remembers ids: no query, no refusal.
"""

from odoo import models

# pylint: disable=missing-return  # _write_multi returns nothing, and says so

# what is in the facts; a change of anything else is not looked at
MOVE_FIELDS = {
    "state",
    "name",
    "date",
    "invoice_date",
    "invoice_date_due",
    "partner_id",
    "commercial_partner_id",
    "currency_id",
    "company_id",
    "move_type",
    "invoice_currency_rate",
    "invoice_payment_term_id",
    "invoice_user_id",
    "reversed_entry_id",
    "origin_payment_id",
    "amount_untaxed_signed",
    "amount_tax_signed",
    "amount_total_signed",
    "amount_untaxed_in_currency_signed",
    "amount_total_in_currency_signed",
}
MOVE_LINE_FIELDS = {
    "move_id",
    "account_id",
    "partner_id",
    "date_maturity",
    "balance",
    "amount_currency",
    "currency_id",
}
ORDER_FIELDS = {
    "state",
    "name",
    "date_order",
    "partner_id",
    "partner_invoice_id",
    "currency_id",
    "currency_rate",
    "company_id",
    "pricelist_id",
    "payment_term_id",
    "user_id",
    "amount_untaxed",
    "amount_tax",
    "amount_total",
}
ORDER_LINE_FIELDS = {
    "order_id",
    "product_id",
    "product_uom_id",
    "product_uom_qty",
    "price_unit",
    "discount",
    "price_subtotal",
    "qty_delivered",
}


class KamDocumentTouch(models.AbstractModel):
    _name = "kam.document.touch"
    _description = "Document whose changes are facts"
    _kam_fields = frozenset()
    _kam_draft = frozenset()  # states of which nothing is recorded

    def _create(self, data_list):
        records = super()._create(data_list)
        self._kam_touch(
            record.id
            for record, data in zip(records, data_list, strict=True)
            if (data["stored"].get("state") or "draft") not in self._kam_draft
        )
        return records

    def _write_multi(self, vals_list):
        super()._write_multi(vals_list)
        states = self._fields["state"]._get_cache(self.env)
        self._kam_touch(
            record_id
            for record_id, vals in zip(self._ids, vals_list, strict=True)
            if "state" in vals
            or (
                not self._kam_fields.isdisjoint(vals)
                and states.get(record_id) not in self._kam_draft
            )
        )

    def unlink(self):
        ids = self.ids
        result = super().unlink()
        self._kam_touch(ids)
        return result

    def _kam_touch(self, ids):
        self.env["kam.document.facts"]._touch(self._name, ids)


class KamDocumentLineTouch(models.AbstractModel):
    _name = "kam.document.line.touch"
    _description = "Line of a document whose changes are facts"
    _kam_fields = frozenset()
    _kam_parent = None  # the field that names the document

    def _create(self, data_list):
        records = super()._create(data_list)
        self._kam_touch_parents(
            {data["stored"].get(self._kam_parent) for data in data_list}
        )
        return records

    def _write_multi(self, vals_list):
        super()._write_multi(vals_list)
        parents = self._fields[self._kam_parent]._get_cache(self.env)
        known, unknown = set(), []
        for record_id, vals in zip(self._ids, vals_list, strict=True):
            if self._kam_fields.isdisjoint(vals):
                continue
            if parent := parents.get(record_id):
                known.add(parent)
            else:
                unknown.append(record_id)
        self._kam_touch_parents(known)
        self.env["kam.document.facts"]._touch(self._name, unknown)

    def unlink(self):
        # sudo: whoever may delete a line need not be able to read its document
        parents = set(self.sudo()[self._kam_parent].ids)
        result = super().unlink()
        self._kam_touch_parents(parents)
        return result

    def _kam_touch_parents(self, ids):
        """Remember documents, but for drafts: those the cache knows to be drafts."""
        model = self.env[self._fields[self._kam_parent].comodel_name]
        states = model._fields["state"]._get_cache(self.env)
        model._kam_touch(one for one in ids if states.get(one) not in model._kam_draft)


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "kam.document.touch"]
    _kam_fields = frozenset(MOVE_FIELDS)
    _kam_draft = frozenset({"draft", "cancel"})


class AccountMoveLine(models.Model):
    _name = "account.move.line"
    _inherit = ["account.move.line", "kam.document.line.touch"]
    _kam_fields = frozenset(MOVE_LINE_FIELDS)
    _kam_parent = "move_id"


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    def _create(self, data_list):
        records = super()._create(data_list)
        self._kam_touch_lines(
            {
                data["stored"][side]
                for data in data_list
                for side in ("debit_move_id", "credit_move_id")
            }
        )
        return records

    def _write_multi(self, vals_list):
        super()._write_multi(vals_list)
        if any("amount" in vals or "max_date" in vals for vals in vals_list):
            self._kam_touch_lines(set((self.debit_move_id + self.credit_move_id)._ids))

    def unlink(self):
        # sudo: a fact never vetoes, whatever the user may read
        matches = self.sudo()
        ids = (matches.debit_move_id + matches.credit_move_id).move_id.ids
        result = super().unlink()
        self.env["account.move"]._kam_touch(ids)
        return result

    def _kam_touch_lines(self, line_ids):
        """Remember the entries of lines, whatever state they are in."""
        facts = self.env["kam.document.facts"]
        moves = self.env["account.move.line"]._fields["move_id"]._get_cache(self.env)
        facts._touch("account.move", {moves.get(one) for one in line_ids})
        facts._touch(
            "account.move.line", {one for one in line_ids if not moves.get(one)}
        )


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "kam.document.touch"]
    _kam_fields = frozenset(ORDER_FIELDS)
    _kam_draft = frozenset({"draft", "cancel"})


class SaleOrderLine(models.Model):
    _name = "sale.order.line"
    _inherit = ["sale.order.line", "kam.document.line.touch"]
    _kam_fields = frozenset(ORDER_LINE_FIELDS)
    _kam_parent = "order_id"
