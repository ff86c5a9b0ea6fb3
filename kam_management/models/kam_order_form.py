"""Order forms: a filled-in price list is looked at, and becomes a quotation.

Looking stores nothing: the quotation is built in memory by Odoo itself, so the preview
has its prices, taxes and total. The rules are in ``kam_core/pricing/order_form.py``.
"""

import hashlib
import json
from dataclasses import dataclass, field

from odoo import api, models
from odoo.fields import Command

from ..cell_file import read_cells
from ..kam_core import codec
from ..kam_core.pricing import form_file, order_form
from ..kam_core.pricing.forms_taken import FormTaken, stream_key
from ..kam_core.record import DomainError
from .kam_event_store import Entry, Recorded

CATEGORY = "kam.order.form"
SHEETS = 5  # looked through for the form


@dataclass(slots=True)
class Look:
    """A form looked at for one account.

    :param rows: judged rows of the core, ``order`` the quotation in memory
    :param lines: {number of a row: its line of the order}
    :param problems: of the whole form
    """

    form: object
    digest: str
    rows: list
    order: object
    lines: dict
    problems: list = field(default_factory=list)

    @property
    def stopped(self):
        """Tell whether nothing at all can be ordered by it."""
        return any(one.stops for one in self.problems)

    def stopped_rows(self):
        """Return the rows that cannot be ordered as they are."""
        return [one for one in self.rows if one.stopped]

    def seen(self):
        """Return a digest of what somebody who looks at it sees."""
        told = [
            [one.asked.row, str(one.asked.quantity), *(p.code for p in one.problems)]
            for one in self.rows
        ]
        whole = [one.code for one in self.problems if one.code != "taken_already"]
        text = json.dumps([self.digest, told, whole, self.order.amount_total])
        return hashlib.sha256(text.encode()).hexdigest()


class KamOrderForm(models.AbstractModel):
    _name = "kam.order.form"
    _description = "Order form"

    def _event_titles(self):
        return {"FormTaken": self.env._("Order form became a quotation")}

    # ---------------------------------------------------------------------- look
    @api.model
    def _look(self, account, data, again=False):
        """Return the :class:`Look` of a file for an account; nothing is stored.

        :param data: bytes of the file
        :raises UserError: the file is no form
        """
        form, asked = self._read(data)
        company = self._company(account)
        orders = self.env["sale.order"].with_company(company)
        order = orders.new(self._order_vals(account, company))
        goods, codes = self._goods(asked, order)
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        rows = order_form.judge(asked, goods, codes, digits)
        lines = self._add_lines(order, [one for one in rows if not one.stopped])
        look = Look(form, hashlib.sha256(data).hexdigest(), rows, order, lines)
        look.problems = [
            *self._whose(account, form, rows),
            *self._stale(account, form, order),
            *self._taken_before(account, look, again),
            *self._money(account, look),
        ]
        return look

    def _read(self, data):
        """Return (form, rows that ask for something) of the sheet that is a form."""
        names, cells = read_cells(self.env, data)
        for place in range(max(1, min(len(names), SHEETS))):
            if place:
                cells = read_cells(self.env, data, place)[1]
            try:
                return form_file.read_form(cells)
            except form_file.NoForm as refusal:
                missing = refusal
            except DomainError as refusal:
                raise self._sentence(refusal) from refusal
        raise self._sentence(missing) from missing

    def _sentence(self, refusal):
        return self.env["kam.account"]._refusal(refusal)

    @api.model
    def _company(self, account):
        """Return the company that sells: the user's, if it is of the account's tree."""
        here = self.env.company
        return here if here.root_id == account.company_id else account.company_id

    def _order_vals(self, account, company):
        return {
            "partner_id": account.partner_id.id,
            "company_id": company.id,
            # the quotation is the manager's, whoever enters it
            **({"user_id": account.user_id.id} if account.user_id else {}),
        }

    def _add_lines(self, order, rows):
        """Put the rows on the order in memory; return {number of a row: line}."""
        order.order_line = [Command.create(self._line_vals(one)) for one in rows]
        products = order.order_line.product_id
        engine = self.env["kam.price.engine"].sudo()
        with engine._rules_loaded(order.pricelist_id.sudo(), products):
            order.order_line.mapped("price_unit")
        return dict(zip((one.asked.row for one in rows), order.order_line, strict=True))

    @api.model
    def _line_vals(self, row):
        return {
            "product_id": row.good.product_id,
            "product_uom_id": row.uom_id,
            "product_uom_qty": float(row.asked.quantity),
        }

    # ---------------------------------------------------------------------- take
    @api.model
    def _take(self, account, look, name, data):
        """Make the quotation of a look, keep the file with it, and record it.

        :param look: without the rows that are left out
        :return: the order
        """
        company = self._company(account)
        rows = [one for one in look.rows if not one.stopped]
        engine = self.env["kam.price.engine"].sudo()
        vals = {
            **self._order_vals(account, company),
            "order_line": [Command.create(self._line_vals(one)) for one in rows],
        }
        with engine._rules_loaded(
            look.order.pricelist_id.sudo(), look.order.order_line.product_id
        ):
            order = self.env["sale.order"].with_company(company).create(vals)
        self._record(account, look, order, len(rows))
        order.message_post(
            body=self._note(look),
            attachments=[(name, data)],
            subtype_xmlid="mail.mt_note",
        )
        return order

    def _record(self, account, look, order, rows):
        event = FormTaken(
            account.event_key,
            order.id,
            look.digest,
            look.form.issued,
            rows,
            ",".join(str(one.asked.row) for one in look.stopped_rows())[:1000],
            account._today(),
        )
        self.env["kam.event.store"]._append(
            [
                Entry(
                    category=CATEGORY,
                    key=stream_key(account.event_key, look.digest),
                    company_id=account.company_id.id,
                    events=[
                        Recorded(type="FormTaken", payload=codec.encode(event, str))
                    ],
                )
            ]
        )
