"""What is found on a whole order form: whose, how old, taken, credit, minimum."""

from odoo import api, models
from odoo.tools import format_amount, format_date

from ..kam_core import codec
from ..kam_core.pricing import eligibility, forms_taken, order_form
from ..kam_core.pricing.forms_taken import stream_key

CATEGORY = "kam.order.form"


class KamOrderForm(models.AbstractModel):
    _inherit = "kam.order.form"

    def _whose(self, account, form, rows):
        if form.account != account.event_key:
            yield order_form.WrongCustomer()
        if not rows:
            yield order_form.NothingAsked()
        elif all(one.stopped for one in rows):
            yield order_form.NothingLeft()

    def _stale(self, account, form, order):
        if form.until < account._today():
            yield order_form.Expired(day=format_date(self.env, form.until))
        columns = self.env["kam.price.column"].sudo()  # sudo: names of columns
        now = account.sudo().price_column_id or account.sudo()._base_column()
        if form.column != now.id:
            then = columns.browse(form.column).exists()
            yield order_form.OtherColumn(
                then=then.name or self.env._("no column"),
                now=now.name or self.env._("no column"),
            )
        if form.currency != order.currency_id.name:
            yield order_form.OtherCurrency(
                then=form.currency, now=order.currency_id.name
            )

    def _taken_before(self, account, look, again):
        order_id, day = self._taken(account, look.digest)
        # sudo: only whether it is there still
        order = self.env["sale.order"].sudo().browse(order_id or ()).exists()
        if not again and order and order.state != "cancel":
            yield order_form.TakenAlready(
                name=order.name, day=format_date(self.env, day)
            )

    @api.model
    def _taken(self, account, digest):
        """Return (order id, day) of what a file became; (None, None) for a new one."""
        key = stream_key(account.event_key, digest)
        state = forms_taken.State()
        for row in self.env["kam.event.store"]._read_keys(CATEGORY, [key]):
            payload = codec.upcast(forms_taken, row[3], row[4], row[5])
            event = codec.decode_event(forms_taken, row[3], payload, str)
            state = forms_taken.evolve(state, event)
        return state.order_id, state.day

    def _money(self, account, look):
        """Find what credit and smallest orders say, on the total as it would be."""
        order = look.order
        if not look.lines:
            return
        yield from self._room(account, order)
        yield from self._minimum(account, order)

    def _room(self, account, order):
        account = account.sudo()  # sudo: of an account that may be read, its room too
        if account.credit_on_hold:
            yield order_form.OnHold()
        if not account.has_credit_limit:
            return
        currency = account.credit_currency_id
        total = order.currency_id._convert(
            order.amount_total, currency, order.company_id, account._today()
        )
        if currency.compare_amounts(total, account.credit_room) > 0:
            yield order_form.BeyondRoom(
                total=format_amount(self.env, total, currency),
                room=format_amount(self.env, account.credit_room, currency),
                over=format_amount(self.env, total - account.credit_room, currency),
            )

    def _minimum(self, account, order):
        company, root = order.company_id, account.company_id
        book = self.env["kam.price.policy"]._book(root.id, account._today())
        if not book:
            return
        base = book["columns"][0]
        held = account.sudo().price_column_id.id
        held = held if held in book["names"] else base[0]
        if not (minimum := book["minimum"].get(held)):
            return
        lines = order.order_line
        wanted = [
            (
                one.product_id.sudo(),
                one.product_uom_qty,
                one.product_uom_id,
                order.date_order,
                company.currency_id,
            )
            for one in lines
        ]
        # sudo: the base prices are asked to judge; only the sum is told
        engine = self.env["kam.price.engine"].sudo().with_company(company)
        pricelist = self.env["product.pricelist"].sudo().browse(base[2])
        prices = engine._prices(pricelist.with_company(company), wanted)[pricelist.id]
        basis = eligibility.basis(
            [str(one.product_uom_qty) for one in lines], [str(one) for one in prices]
        )
        if basis < minimum:
            yield order_form.BelowMinimum(
                basis=account._money(basis),
                column=book["names"][held],
                minimum=account._money(minimum),
                missing=account._money(minimum - basis),
            )
