"""The key account of an order or invoice, and who managed it at the document's date.

Two stored columns, so that lists, pivots and graphs group by them; they are a
projection of the accounts' dated owners, filled by one statement for many documents.
Turnover belongs to the ordering customer: an invoice that comes from an order follows
the order's customer, whatever the invoice address.
"""

from odoo import api, fields, models
from odoo.tools import SQL

LEAD = SQL(
    """LEFT JOIN LATERAL (
           SELECT o.user_id FROM kam_account_owner o
            WHERE o.account_id = a.id AND o.date_from <= d.day
              AND (o.date_to IS NULL OR o.date_to >= d.day)
            ORDER BY o.role DESC, o.share DESC, o.event_key LIMIT 1
       ) AS lead ON TRUE"""
)
ACCOUNT = SQL(
    """LEFT JOIN kam_account a ON a.partner_id = p.commercial_partner_id
             AND a.company_id = split_part(c.parent_path, '/', 1)::int"""
)
ORDERS = """SELECT d.id, a.id AS account_id, lead.user_id
         FROM (SELECT s.id, s.partner_id, s.company_id,
                      (s.date_order AT TIME ZONE 'UTC'
                        AT TIME ZONE coalesce(w.tz, 'UTC'))::date AS day
                 FROM {source} s
                 JOIN res_company c ON c.id = s.company_id
                 LEFT JOIN resource_calendar w ON w.id = c.resource_calendar_id
                {chosen}) AS d
         JOIN res_partner p ON p.id = d.partner_id
         JOIN res_company c ON c.id = d.company_id
         """
MOVES = """SELECT d.id, a.id AS account_id, lead.user_id
         FROM (SELECT m.id, m.company_id, coalesce(m.invoice_date, m.date) AS day,
                      coalesce((SELECT s.partner_id
                                  FROM account_move_line l
                                  JOIN sale_order_line_invoice_rel r
                                    ON r.invoice_line_id = l.id
                                  JOIN sale_order_line sl ON sl.id = r.order_line_id
                                  JOIN sale_order s ON s.id = sl.order_id
                                 WHERE l.move_id = m.id
                                 ORDER BY r.order_line_id LIMIT 1),
                               m.partner_id) AS partner_id
                 FROM {source} m
                {chosen}) AS d
         JOIN res_partner p ON p.id = d.partner_id
         JOIN res_company c ON c.id = d.company_id
         """


def links_query(table, ids):
    """Return the statement that gives (document id, account id, user id).

    :param table: ``sale_order`` or ``account_move``
    :param ids: a list of ids, or SQL for an array of ids
    """
    head, chosen = {
        "sale_order": (ORDERS, "WHERE s.id = ANY(%s)"),
        "account_move": (
            MOVES,
            """WHERE m.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
                  AND m.id = ANY(%s)""",
        ),
    }[table]
    head = head.format(source=table, chosen=chosen)
    return SQL(head + "%s %s", ids, ACCOUNT, LEAD)


def links_query_of(table, columns):
    """Return the same for documents that are not written yet.

    :param columns: lists of ids, customers, companies and days; of orders moments in
        place of days, of invoices days twice
    """
    head, source = {
        "sale_order": (
            ORDERS,
            """(SELECT * FROM unnest(%s::int[], %s::int[], %s::int[], %s::timestamp[])
                AS given(id, partner_id, company_id, date_order))""",
        ),
        "account_move": (
            MOVES,
            """(SELECT * FROM unnest(%s::int[], %s::int[], %s::int[], %s::date[],
                                     %s::date[])
                AS given(id, partner_id, company_id, invoice_date, date))""",
        ),
    }[table]
    head = head.format(source=source, chosen="")
    return SQL(head + "%s %s", *columns, ACCOUNT, LEAD)


class KamDocument(models.AbstractModel):
    _name = "kam.document"
    _description = "Document of a key account"

    kam_account_id = fields.Many2one(
        "kam.account",
        "Key account",
        compute="_compute_kam_account",
        store=True,
        index="btree_not_null",
        ondelete="set null",
        copy=False,
    )
    kam_user_id = fields.Many2one(
        "res.users",
        "Key account manager then",
        compute="_compute_kam_account",
        store=True,
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        help="Who led the key account on the date of the document.",
    )

    def _compute_kam_account(self):
        ids = self._origin.ids
        found = {}
        if ids:
            self.env["kam.account"].flush_model(["partner_id", "company_id"])
            self.env["kam.account.owner"].flush_model()
            columns = self._kam_sources()
            rows = self.env.execute_query(links_query_of(self._table, columns))
            found = {row[0]: row[1:] for row in rows}
        for document in self:
            account_id, user_id = found.get(document._origin.id, (False, False))
            document.kam_account_id = account_id
            document.kam_user_id = user_id

    def _kam_sources(self):
        """Return what the statement needs of the documents, as lists; no flush."""
        raise NotImplementedError


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "kam.document"]

    @api.depends("partner_id", "company_id", "date_order")
    def _compute_kam_account(self):
        return super()._compute_kam_account()

    def _kam_sources(self):
        some = self.filtered(lambda one: one._origin)
        return (
            some._origin.ids,
            [one.partner_id._origin.id or None for one in some],
            [one.company_id.id or None for one in some],
            [one.date_order or None for one in some],
        )


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "kam.document"]

    @api.depends(
        "partner_id",
        "company_id",
        "invoice_date",
        "date",
        "move_type",
        "line_ids.sale_line_ids",
    )
    def _compute_kam_account(self):
        customers = self.filtered(lambda move: move.is_sale_document(True))
        others = self - customers
        others.kam_account_id = others.kam_user_id = False
        return super(AccountMove, customers)._compute_kam_account()

    def _kam_sources(self):
        self.env["account.move.line"].flush_model(["move_id", "sale_line_ids"])
        some = self.filtered(lambda one: one._origin)
        return (
            some._origin.ids,
            [one.partner_id._origin.id or None for one in some],
            [one.company_id.id or None for one in some],
            [one.invoice_date or None for one in some],
            [one.date or None for one in some],
        )


class KamAccount(models.Model):
    _inherit = "kam.account"

    def _project_parts(self, name, by_id):
        result = super()._project_parts(name, by_id)
        if name == "owner_ids":
            self._attribute_documents()
        return result

    def unlink(self):
        documents = {
            # sudo: the link leaves all its documents, also those one may not see
            name: self.env[name].sudo().search([("kam_account_id", "in", self.ids)])
            for name in ("sale.order", "account.move")
        }  # sudo: the link goes from every document, whoever may read it
        result = super().unlink()
        for found in documents.values():
            self.env.add_to_compute(found._fields["kam_account_id"], found)
            self.env.add_to_compute(found._fields["kam_user_id"], found)
        return result

    def _attribute_documents(self):
        """Give every document of these customers its account and its manager then.

        One statement, whatever the number of documents; only rows that change are
        written.
        """
        partners = tuple(self.partner_id.ids) or (0,)
        self.env.flush_all()
        orders = SQL(
            """(SELECT s.id FROM sale_order s
                  JOIN res_partner p ON p.id = s.partner_id
                 WHERE p.commercial_partner_id IN %s)""",
            partners,
        )
        moves = SQL(
            """(SELECT m.id FROM account_move m WHERE m.commercial_partner_id IN %s
                 UNION
                SELECT l.move_id FROM account_move_line l
                  JOIN sale_order_line_invoice_rel r ON r.invoice_line_id = l.id
                  JOIN sale_order_line sl ON sl.id = r.order_line_id
                 WHERE sl.order_id IN %s)""",
            partners,
            orders,
        )
        # an array, not a condition: the planner then begins with these documents
        self.env.cr.execute(
            SQL(
                "WITH orders AS (%s) %s",
                _attribution("sale_order", SQL("ARRAY%s", orders)),
                _attribution("account_move", SQL("ARRAY%s", moves)),
            )
        )
        for name in ("sale.order", "account.move"):
            self.env[name].invalidate_model(["kam_account_id", "kam_user_id"])


def _attribution(table, ids):
    """Return the statement that writes both links of documents, where they change."""
    return SQL(
        """UPDATE %(table)s AS t
              SET kam_account_id = f.account_id, kam_user_id = f.user_id
             FROM (%(links)s) AS f
            WHERE t.id = f.id
              AND (t.kam_account_id, t.kam_user_id)
                  IS DISTINCT FROM (f.account_id, f.user_id)""",
        table=SQL.identifier(table),
        links=links_query(table, ids),
    )


class SaleReport(models.Model):
    _inherit = "sale.report"

    kam_account_id = fields.Many2one("kam.account", "Key account", readonly=True)
    kam_user_id = fields.Many2one(
        "res.users", "Key account manager then", readonly=True
    )

    def _select_additional_fields(self):
        return {
            **super()._select_additional_fields(),
            "kam_account_id": "s.kam_account_id",
            "kam_user_id": "s.kam_user_id",
        }

    def _group_by_sale(self):
        return super()._group_by_sale() + ", s.kam_account_id, s.kam_user_id"


class AccountInvoiceReport(models.Model):
    _inherit = "account.invoice.report"

    kam_account_id = fields.Many2one("kam.account", "Key account", readonly=True)
    kam_user_id = fields.Many2one(
        "res.users", "Key account manager then", readonly=True
    )

    @api.model
    def _select(self):
        return SQL("%s, move.kam_account_id, move.kam_user_id", super()._select())
