"""An order form that was looked at, in words: for the preview, callers and the note."""

from markupsafe import Markup

from odoo import models
from odoo.tools import format_amount

SHOWN = 200  # rows of the preview
NOTED = 40  # problems in the note on the quotation
LEVELS = {True: "danger", False: "warning"}


class KamOrderForm(models.AbstractModel):
    _inherit = "kam.order.form"

    def _words(self, problem):
        return str(self._sentence(problem))

    def _told(self, look):
        """Return a look as JSON data, see ``preview_order_form``."""
        return {
            "seen": look.seen(),
            "may_take": not look.stopped and not look.stopped_rows(),
            "may_leave_out": not look.stopped,
            "currency": look.order.currency_id.name,
            "untaxed": look.order.amount_untaxed,
            "total": look.order.amount_total,
            "problems": [self._problem_told(one) for one in look.problems],
            "rows": [self._row_told(one, look) for one in look.rows],
        }

    def _problem_told(self, problem):
        return {
            "code": problem.code,
            "stops": problem.stops,
            "message": self._words(problem),
        }

    def _row_told(self, row, look):
        line = look.lines.get(row.asked.row)
        return {
            "row": row.asked.row,
            "product_id": row.good.product_id if row.good and row.good.here else False,
            "code": row.asked.code or (row.good.code if row.good else ""),
            "name": row.good.name if row.good else row.asked.name,
            "quantity": None
            if row.asked.quantity is None
            else format(row.asked.quantity, "f"),
            "price": line.price_unit if line else None,
            "discount": line.discount if line else None,
            "subtotal": line.price_subtotal if line else None,
            "problems": [self._problem_told(one) for one in row.problems],
        }

    # ------------------------------------------------------------------ preview
    def _page(self, look):
        """Return the preview as HTML: what is wrong first, then every row."""
        return Markup("").join(
            [self._head(look), self._whole(look), self._row_list(look)]
        )

    def _head(self, look):
        wrong = len(look.stopped_rows())
        words = self.env._(
            "%(rows)s rows can be ordered, %(wrong)s cannot. Sum %(untaxed)s, with tax"
            " %(total)s.",
            rows=len(look.rows) - wrong,
            wrong=wrong,
            untaxed=self._amount(look, look.order.amount_untaxed),
            total=self._amount(look, look.order.amount_total),
        )
        return Markup('<p class="fw-bold">%s</p>') % words

    def _amount(self, look, amount):
        return format_amount(self.env, amount, look.order.currency_id)

    def _whole(self, look):
        return Markup("").join(
            Markup('<div class="alert alert-%s py-2 mb-2" role="alert">%s</div>')
            % (LEVELS[one.stops], self._words(one))
            for one in look.problems
        )

    def _row_list(self, look):
        if not look.rows:
            return ""
        _ = self.env._
        heads = [_("Row"), _("Product"), _("Quantity"), _("Price"), _("Sum")]
        rows = sorted(look.rows, key=_gravest_first)
        body = Markup("").join(self._tr(one, look) for one in rows[:SHOWN])
        rest = len(rows) - SHOWN
        more = (
            Markup('<p class="text-muted">%s</p>') % _("and %s more rows", rest)
            if rest > 0
            else ""
        )
        cells = Markup("").join(
            Markup('<th class="%s">%s</th>') % ("text-end" if n > 1 else "", head)
            for n, head in enumerate(heads)
        )
        return Markup(
            '<div class="table-responsive"><table class="table table-sm mb-1">'
            "<thead><tr>%s</tr></thead><tbody>%s</tbody></table></div>%s"
        ) % (cells, body, more)

    def _tr(self, row, look):
        told = self._row_told(row, look)
        line = look.lines.get(told["row"])
        name = " ".join(one for one in (_bracket(told["code"]), told["name"]) if one)
        said = Markup("").join(
            Markup(
                '<div class="small text-%s"><i class="fa fa-fw %s" role="img"/> %s'
                "</div>"
            )
            % (
                LEVELS[one.stops] + ("" if one.stops else "-emphasis"),
                "fa-ban" if one.stops else "fa-exclamation-triangle",
                self._words(one),
            )
            for one in row.problems
        )
        return Markup(
            '<tr><td>%s</td><td>%s%s</td><td class="text-end">%s</td>'
            '<td class="text-end text-nowrap">%s</td>'
            '<td class="text-end text-nowrap">%s</td></tr>'
        ) % (
            told["row"],
            name,
            said,
            told["quantity"] or "",
            self._amount(look, line.price_unit) if line else "",
            self._amount(look, line.price_subtotal) if line else "",
        )

    # --------------------------------------------------------------------- note
    def _note(self, look):
        """Return what stands on the quotation: where it came from, what was wrong."""
        first = self.env._(
            "Made from the order form of %(day)s: %(rows)s rows.",
            day=look.form.issued,
            rows=len(look.rows) - len(look.stopped_rows()),
        )
        said = [
            *(self._words(one) for one in look.problems),
            *(self._words(one) for row in look.rows for one in row.problems),
        ]
        left = len(said) - NOTED
        more = [self.env._("and %s more", left)] if left > 0 else []
        items = Markup("").join(
            Markup("<li>%s</li>") % one for one in [*said[:NOTED], *more]
        )
        return Markup("<p>%s</p>") % first + (
            Markup("<ul>%s</ul>") % items if items else Markup("")
        )


def _gravest_first(row):
    return (not row.stopped, not row.problems, row.asked.row)


def _bracket(code):
    return f"[{code}]" if code else ""
