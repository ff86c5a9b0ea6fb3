"""Explain this number: every figure down to what makes it."""

from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..kam_core.kpi.formulas import SOURCES
from ..kam_core.kpi.kpis import FLOWS, STATES
from .kam_kpi_figures import DAYS
from .kam_kpi_given import plain

BY = ("user", "account", "partner", "day", "month")
DERIVED = ("returned", "invoiced")  # no columns: of one kind of document


class KamKpi(models.Model):
    _inherit = "kam.kpi"

    # ----------------------------------------------------------------- figures
    @api.model
    @api.readonly
    def figures(self, codes, date_from, date_to, by=None):
        """Return key figures of a period, of those the caller may see.

        :param codes: list of codes; money in company currency without tax, percent as
            a ratio
        :param date_from: first day, ``date_to`` last day, company's time zone
        :param by: ``user``, ``account``, ``partner``, ``day`` or ``month``; None: one
            figure of all
        :return: list of dicts ``key`` (id, text or None) and ``values`` {code: number
            or None}
        """
        self.check_access("read")
        if not isinstance(codes, list) or not codes:
            raise UserError(self.env._("“codes” is a list of codes of key figures."))
        if by is not None and (not isinstance(by, str) or by not in BY):
            raise UserError(
                self.env._("“by” is one of %s, or left out.", ", ".join(BY))
            )
        kpis = self.browse().union(*(self._by_code(code) for code in codes))
        span = self._given_span(date_from, date_to)
        rows = kpis._figures(*span, by=(by,) if by else ())
        if not by:
            rows.setdefault((), {})
        return [
            {
                "key": key[0] if key else None,
                "values": {
                    kpi.code: plain(row.get(kpi.code, kpi._open_blank()))
                    for kpi in kpis
                },
            }
            for key, row in sorted(rows.items(), key=lambda one: str(one[0]))
        ]

    def _open_blank(self):
        return self._blank() if self._open_to_user() else None

    # ----------------------------------------------------------------- explain
    @api.model
    @api.readonly
    def explain(self, code, date_from, date_to, user_id=None):
        """Return a figure with what makes it: adding up to it exactly.

        :param code: of the key figure
        :param date_from: first day, ``date_to`` last day
        :param user_id: whose; None: of all the caller may see
        :return: dict

            - ``code``, ``name``, ``unit`` and ``value`` (or None)
            - ``parts``: list of ``{name, above, below, ratio}``: the value is the mean
              of the ratios, times ``factor``. A figure without denominator has one
              part, ``below`` None, ``above`` the value itself. ``above_name`` and
              ``below_name`` say what they are
            - ``facts``: how many there are; ``sums``: {measure: sum} over them
            - ``rows``: of what is no attributed fact, list of ``{name, date, part,
              above, below, res_model, res_id}`` that add up to the parts
            - ``action``: the window that lists it all
        """
        self.check_access("read")
        kpi = self._by_code(code)
        span = self._given_span(date_from, date_to)
        user_id = self._given_user(user_id)
        if not kpi._open_to_user():
            raise AccessError(
                self.env._("“%s” is for those entitled to margins.", kpi.name)
            )
        rows = kpi._figures(*span, domain=self._mine(user_id))
        told = (
            kpi._explain_facts(span, user_id)
            if kpi.formula in FLOWS
            else kpi._explain_rows(span, user_id)
        )
        return {
            "code": kpi.code,
            "name": kpi.name,
            "unit": kpi.unit,
            "value": plain(rows.get((), {}).get(kpi.code, kpi._blank())),
            "factor": 1,
            **told,
        }

    def _explain_facts(self, span, user_id):
        """Explain a figure by attributed facts."""
        domain = self._explained(span, user_id)
        names = [one for one in (self.measure, self.divisor) if one]
        sums, count = self._sums_of(domain, names)
        return {
            **self._parts_of_facts(sums, domain),
            "facts": count,
            "sums": {name: plain(one) for name, one in sums.items()},
            "rows": [],
            "action": self._facts_action(self.name, domain),
        }

    def _parts_of_facts(self, sums, domain):
        """Return the value as one part, with the words for what it is made of."""
        titles = dict(self._fields["measure"]._description_selection(self.env))
        above, below, names = None, None, [None, None]
        if self.formula in ("sum", "ratio", "complement"):
            above = sums[self.measure]
            names[0] = titles.get(self.measure)
        if self.formula in ("ratio", "complement"):
            below = sums[self.divisor]
            names[1] = titles.get(self.divisor)
        if self.formula == "complement":
            above = below - above
            names[0] = self.env._("Difference")
        if above is None:
            above, below, names = self._counted(domain)
        return {
            "parts": [_part("", above, below)],
            "above_name": names[0],
            "below_name": names[1],
        }

    def _counted(self, domain):
        """Return (above, below, names) of a count, from the facts listed."""
        facts, _ = self.env["kam.kpi.fact"], self.env._
        if self.formula == "depth":
            pairs = facts._items_left(domain)
            customers = {partner for partner, _product in pairs}
            names = (_("Items, a customer each"), _("Customers"))
            return Decimal(len(pairs)), Decimal(len(customers)), names
        by = (
            ["partner_id"]
            if self.formula == "customers"
            else ["partner_id", "date:day"]
        )
        rows = facts._read_group(domain, by, ["documents:sum"])
        left = [row for row in rows if row[0] and row[-1] > 0]
        if self.formula == "customers":
            return Decimal(len(left)), None, (_("Customers"), None)
        whole = facts._whole_documents([(row[0].id, row[1]) for row in left])
        count = sum(
            (
                Decimal(str(row[-1])) / whole[row[0].id, fields.Date.to_date(row[1])]
                for row in left
            ),
            Decimal(0),
        )
        return round(count, 6), None, (_("Customers"), None)

    def _explained(self, span, user_id):
        """Return the facts that make the figure, as a domain."""
        self.ensure_one()
        by_sale = "returned" in (self.measure, self.divisor)
        day = "own_date" if by_sale else "date"
        found = (
            Domain("kind", "in", list(SOURCES[self.source]))
            & Domain("company_id", "in", self._companies())
            & self._filter()
            & self._mine(user_id)
        )
        if self.document_kind:
            found &= Domain("document_kind", "=", self.document_kind)
        if self.formula in ("new", "lost"):
            return found & self._days_explained(span)
        return found & Domain(day, ">=", span[0]) & Domain(day, "<=", span[1])

    def _days_explained(self, span):
        """Return the days that count customers as new or lost, with these, as a domain.

        Whom they are of is looked up for all; the facts are the reader's own.
        """
        last = span[1]
        if self.formula == "lost":
            last = min(last, self.env.company._kam_today())
            silence = timedelta(self.days)
            span = (span[0] - silence, last - silence)
        order = SQL("ASC" if self.formula == "new" else "DESC")
        self.env["kam.kpi.fact"].flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT day, array_agg(partner_id) FROM (%s) AS days"
                " WHERE day BETWEEN %s AND %s GROUP BY day ORDER BY day",
                SQL(DAYS, self._companies(), last, SQL(), order),
                *span,
            )
        )
        return Domain.OR(
            Domain("date", "=", day) & Domain("partner_id", "in", partners)
            for day, partners in rows
        )

    def _sums_of(self, domain, names):
        """Return ({measure: sum}, number) of the facts of a domain, read anew."""
        columns = [one for one in names if one not in DERIVED]
        parts = [f"{one}:sum" for one in columns]
        facts = self.env["kam.kpi.fact"]
        [(count, *sums)] = facts._read_group(domain, [], ["__count", *parts])
        found = {
            name: Decimal(str(one or 0))
            for name, one in zip(columns, sums, strict=True)
        }
        for name in set(names) - set(columns):
            kind = "=" if name == "returned" else "!="
            [(total,)] = facts._read_group(
                domain & Domain("document_kind", kind, "credit_note"),
                [],
                ["untaxed:sum"],
            )
            sign = -1 if name == "returned" else 1
            found[name] = sign * Decimal(str(total or 0))
        return found, count

    def _facts_action(self, name, domain):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "kam.kpi.fact",
            "domain": list(domain),
            "views": [
                [False, "list"],
                [False, "pivot"],
                [False, "graph"],
            ],
        }

    # ----------------------------------------------- of what is no attributed fact
    def _explain_rows(self, span, user_id):
        """Explain a figure by the records it is made of."""
        if self.formula in STATES:
            told = self._owed_explained(span, user_id)
        else:
            told = self._outside_explained(span, user_id)
        parts, rows = told["parts"], told["rows"]
        return {
            **told,
            "parts": [_owing(name, *parts[name]) for name in sorted(parts)],
            "facts": len(rows),
            "sums": {},
            "rows": self._named(rows),
        }

    def _named(self, rows):
        """Return rows as the client takes them, with the names one may read."""
        names = {}
        for model in {row["res_model"] for row in rows}:
            ids = {row["res_id"] for row in rows if row["res_model"] == model}
            found = self.env[model].with_context(active_test=False)
            if found.has_access("read"):
                found = found.browse(sorted(ids)).exists()._filtered_access("read")
                names |= {(model, one.id): one.display_name for one in found}
        return [
            {
                **row,
                "date": fields.Date.to_string(row["date"]) or False,
                "name": names.get((row["res_model"], row["res_id"]), False),
                "above": plain(row["above"]),
                "below": plain(row["below"]),
            }
            for row in rows
        ]


def _part(name, above, below):
    return {
        "name": name,
        "above": plain(above),
        "below": plain(below),
        "ratio": plain(above / below if below else None),
    }


def _owing(name, above, below):
    """Return a part of what is no flow: without anything below it says nothing."""
    return _part(name, above, below if below > 0 else None)
