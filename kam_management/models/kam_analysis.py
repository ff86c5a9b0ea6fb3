from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..kam_core import customers
from ..kam_core.lateness import LatenessSums
from ..kam_core.periods import Period, add_months
from . import kam_analysis_query as query
from .kam_analysis_parameters import LIMITS
from .kam_optional_float import OptionalFloat

CURVE_POINTS = 200
CURVE_HEAD = 30
KEEP_HOURS = 24
RULES = 2  # raise it when a rule changes what a run says: older runs are then stale
# A company that sold its first goods within a month of it has traded all the period.
BOOKS_BEGIN = timedelta(days=31)


class KamAnalysis(models.Model):
    """One run of the analysis over a company and a period.

    A run is a computed thing that can be thrown away: nobody writes it, the same
    question on unchanged books finds the same run, and old ones are vacuumed.
    """

    _name = "kam.analysis"
    _inherit = "kam.analysis.parameters"
    _description = "Key account analysis"
    _order = "computed_at desc, id desc"

    company_id = fields.Many2one(
        "res.company", required=True, index=True, ondelete="cascade", readonly=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date("From", required=True, readonly=True)
    date_to = fields.Date("To", required=True, readonly=True)
    previous_from = fields.Date("Compared from", readonly=True)
    previous_to = fields.Date("Compared to", readonly=True)
    computed_at = fields.Datetime(readonly=True)
    fingerprint = fields.Char(readonly=True, help="What the books looked like.")
    total = fields.Monetary("Net revenue", readonly=True, help="Without tax.")
    base = fields.Monetary(
        "Revenue that shares are taken of",
        readonly=True,
        help="Of the customers whose net revenue is above zero.",
    )
    previous_total = fields.Monetary("Net revenue before", readonly=True)
    growth = OptionalFloat(readonly=True, aggregator=None)
    comparable = fields.Boolean(
        "Books cover the period before",
        readonly=True,
        help="If not, there is no growth to speak of.",
    )
    hhi = OptionalFloat(
        "Concentration (HHI)",
        readonly=True,
        aggregator=None,
        help="Sum of the squared shares: 1 is one customer, near 0 are very many.",
    )
    average_margin = OptionalFloat(
        "Margin %",
        readonly=True,
        aggregator=None,
        groups="kam_management.group_kam_margin",
    )
    customer_count = fields.Integer("Customers", readonly=True)
    key_count = fields.Integer("Key by share", readonly=True)
    core_count = fields.Integer("Customers in the core", readonly=True)
    wide_count = fields.Integer("Customers in the bulk", readonly=True)
    a_count = fields.Integer("Class A", readonly=True)
    b_count = fields.Integer("Class B", readonly=True)
    c_count = fields.Integer("Class C", readonly=True)
    month_totals = fields.Json(readonly=True)
    curve = fields.Json(readonly=True)
    line_ids = fields.One2many("kam.analysis.line", "analysis_id", "Lines")

    @api.depends("company_id", "date_from", "date_to")
    def _compute_display_name(self):
        for analysis in self:
            analysis.display_name = self.env._(
                "%(company)s, %(start)s to %(end)s",
                company=analysis.company_id.name,
                start=fields.Date.to_string(analysis.date_from),
                end=fields.Date.to_string(analysis.date_to),
            )

    # ----------------------------------------------------------- integrations
    @api.model
    def analyse(
        self,
        company_id=None,
        date_from=None,
        date_to=None,
        parameters=None,
        fresh=False,
        top=30,
    ):
        """Return the key account analysis of a company and a period.

        The same question on unchanged books is answered from the last run. Money is
        in company currency without tax, ratios as 0.1 for 10 %, what cannot be
        measured is null. Lines are those the user may see, shares are always of the
        whole company; margins are only there for those entitled.

        :param company_id: the user's current company by default
        :param date_from: first day, ``YYYY-MM-DD``; by default eleven months before
            the first of the month of ``date_to``
        :param date_to: last day; today in the company's time zone by default
        :param parameters: dict of settings (``key_share``, ``portion_core``,
            ``portion_wide``, ``abc_a``, ``abc_b``, ``xyz_x``, ``xyz_y``,
            ``xyz_months``, ``candidate_limit``, ``retention``, ``discount_rate``,
            ``cost_to_serve``, ``value_years``, ``pooled_category_ids``); the
            company's defaults where absent
        :param fresh: compute anew even if nothing seems to have changed
        :param top: how many of the largest customers to return
        :return: dict ``id`` (of the ``kam.analysis``; its ``kam.analysis.line`` hold
            all customers), ``company``, ``currency_id``, ``date_from``, ``date_to``,
            ``previous_from``, ``previous_to``, ``computed_at``, ``parameters``,
            ``total``, ``previous_total``, ``base``, ``growth``,
            ``comparable`` (whether the books cover the previous period), ``hhi``,
            ``average_margin`` (entitled only), ``customer_count``, ``key_count``,
            ``core_count``, ``wide_count``, ``classes``, ``months`` (``month``,
            ``net``), ``curve`` (pairs: customers, cumulative share), ``top`` and
            ``candidates`` (dicts, see ``kam.analysis.line``; candidates with
            ``reasons``: ``code``, ``figures``, ``caution``, ``text``)
        :raises AccessError: the user may not see analyses, or not the company
        :raises UserError: a date, a setting or ``top`` is not what it must be
        """
        self.env["kam.analysis.line"].check_access("read")
        model = self.with_company(self._analysed_company(company_id))
        period = model._analysed_period(date_from, date_to)
        if not isinstance(top, int) or isinstance(top, bool) or not 0 <= top <= 1000:
            raise UserError(self.env._("“Top” must be a number from 0 to 1000."))
        settings = dict(parameters or {})
        pooled = model._checked_pool(settings.pop("pooled_category_ids", None))
        settings = model._checked_parameters(settings)
        return model._obtain(period, settings, pooled, fresh)._as_dict(top)

    def action_compute(self):
        """Compute the analysis anew and show it."""
        self.ensure_one()
        self.check_access("read")
        period = Period(self.date_from, self.date_to)
        settings = {name: self[name] for name in LIMITS}
        found = self.with_company(self.company_id)._obtain(
            period, settings, self.pooled_category_ids, fresh=True
        )
        return found._action_show()

    def _action_show(self):
        action = self.env["ir.actions.actions"]._for_xml_id(
            "kam_management.kam_analysis_action"
        )
        # In place of the analysis it was asked from, not on top of it.
        return {**action, "params": {"analysis_id": self.id}, "target": "main"}

    @api.model
    @api.readonly
    def read_analysis(self, analysis_id, top=30):
        """Return a run that is there already, as :meth:`analyse` does.

        :param analysis_id: ``id`` of an earlier answer
        :return: the dict of :meth:`analyse`, or False when the run was vacuumed
        """
        if not isinstance(analysis_id, int) or isinstance(analysis_id, bool):
            raise UserError(
                self.env._("“Analysis” is the number of an earlier answer.")
            )
        analysis = self.search([("id", "=", analysis_id)])
        return analysis._as_dict(top) if analysis else False

    # ------------------------------------------------------------- parameters
    def _remember(self, settings):
        """Make settings the defaults of the current company."""
        # sudo: an analysis default is of the company, set by its heads of sales.
        defaults = self.env["ir.default"].sudo()
        for name, value in settings.items():
            defaults.set(self._name, name, value, company_id=self.env.company.id)

    def _analysed_company(self, company_id):
        if company_id and (
            isinstance(company_id, bool) or not isinstance(company_id, int)
        ):
            raise UserError(self.env._("“Company” is the number of one of yours."))
        company = self.env["res.company"].browse(company_id) or self.env.company
        if company not in self.env.user.company_ids:
            raise AccessError(
                self.env._(
                    "You do not work in the company with id %(company)s: choose one of"
                    " yours.",
                    company=company_id,
                )
            )
        return company

    def _analysed_period(self, date_from, date_to):
        end = self._day("date_to", date_to) or self.env.company._kam_today()
        start = self._day("date_from", date_from) or add_months(end.replace(day=1), -11)
        if end < start:
            raise UserError(
                self.env._(
                    "“From” (%(start)s) must not be after “To” (%(end)s): change one of"
                    " the dates.",
                    start=start,
                    end=end,
                )
            )
        if (end - start).days > 3660:
            raise UserError(
                self.env._("The period is over ten years long: choose a later “From”.")
            )
        return Period(start, end)

    def _day(self, name, value):
        try:
            return fields.Date.to_date(value) if value else None
        except (TypeError, ValueError, AttributeError):
            raise UserError(
                self.env._(
                    "“%(field)s” must be a day written as 2025-12-31, not “%(value)s”.",
                    field=self._label(name),
                    value=value,
                )
            ) from None

    # --------------------------------------------------------------- computing
    def _obtain(self, period, settings, pooled, fresh=False):
        """Return the run that answers the question, computing it where needed.

        :param pooled: tags of customers that stand for many
        """
        # sudo: nobody has the right to write runs, they are only made here; what
        # is shown of them is read with the user's own rights.
        runs = self.sudo()
        query.prepare(runs.env)
        company_ids = runs._branches().ids
        window = self._window(period, settings["xyz_months"])
        books = query.fingerprint(
            runs.env,
            company_ids,
            self.env.company.root_id.id,
            window.start,
            window.end,
            pooled.ids,
        )
        question = {
            "company_id": self.env.company.id,
            "date_from": period.start,
            "date_to": period.end,
            "fingerprint": f"{RULES}|{books}",
            **settings,
        }
        if not fresh:
            found = runs.search(
                [(name, "=", value) for name, value in question.items()], limit=1
            )
            if found:
                return self.browse(found.id)
        run = runs.create(
            {
                **question,
                "pooled_category_ids": [fields.Command.set(pooled.ids)],
                "computed_at": fields.Datetime.now(),
            }
        )
        run._compute_run(period, window, company_ids)
        return self.browse(run.id)

    def _branches(self):
        """Return the company with its branches: customers see one supplier."""
        # sudo: whoever may see an analysis of a company sees that of its branches.
        companies = self.env["res.company"].sudo()
        company = self.company_id or self.env.company
        return companies.search([("id", "child_of", company.id)])

    def _window(self, period, months):
        """Return the days to read: the period, the one before, the months of XYZ."""
        starts = period.previous().start, self._xyz_months(period, months)[0]
        return Period(min(starts), period.end)

    def _xyz_months(self, period, count):
        """Return the first days of the last full months that end in the period."""
        after = (period.end + timedelta(1)).replace(day=1)
        return [add_months(after, -back) for back in range(count, 0, -1)]

    def _compute_run(self, period, window, company_ids):
        previous = period.previous()
        rows = query.revenue(
            self.env, company_ids, window.start, window.end, period, previous
        )
        first = query.first_invoices(self.env, company_ids)
        begun = min(first.values(), default=period.end)
        comparable = begun <= previous.start + BOOKS_BEGIN
        facts, segments = self._facts(rows, period, company_ids, first)
        previous_total = sum((row.before for row in rows), Decimal(0))
        found = customers.analyse(
            facts, period.days, self._core_parameters(), previous_total, comparable
        )
        self.write(
            {
                "previous_from": previous.start,
                "previous_to": previous.end,
                "total": found.total,
                "base": found.base,
                "previous_total": previous_total,
                "growth": number(found.growth),
                "comparable": comparable,
                "hhi": number(found.hhi),
                "average_margin": number(found.average_margin),
                "customer_count": len(found.lines),
                "key_count": len(found.key),
                "core_count": len(found.core_set),
                "wide_count": len(found.wide_set),
                **{f"{name.lower()}_count": n for name, n in found.classes.items()},
                "month_totals": _month_totals(rows, period),
                "curve": _curve(found.lines),
            }
        )
        self.env["kam.analysis.line"]._insert(self, found, segments)

    def _facts(self, rows, period, company_ids, first):
        """Return facts for the core, and what else a line shows of each customer."""
        by_customer = defaultdict(list)
        for row in rows:
            by_customer[row.partner_id].append(row)
        late = self._lateness(period, company_ids)
        cost = query.costs(self.env, company_ids, period)
        known = query.customers(self.env, self.company_id.root_id.id, list(by_customer))
        pooled = query.tagged(self.env, self.pooled_category_ids.ids)
        months = self._xyz_months(period, self.xyz_months)
        facts, extra = [], {}
        for key, found in by_customer.items():
            if not any(row.documents for row in found):
                continue
            industry_id, account_id, is_key = known[key]
            last = max(
                (row.last_invoice for row in found if row.last_invoice), default=None
            )
            costed, spent = cost.get(key, (Decimal(0), Decimal(0)))
            facts.append(
                customers.Facts(
                    key=key,
                    net=sum((row.now for row in found), Decimal(0)),
                    previous=sum((row.before for row in found), Decimal(0)),
                    invoices=sum(row.invoices for row in found),
                    last_days=last and (period.end - last).days,
                    months=_since_first(found, months, first.get(key)),
                    lateness=late.get(key, LatenessSums()),
                    costed=costed,
                    cost=spent,
                    segment=industry_id,
                    key_account=is_key,
                    pooled=key in pooled,
                )
            )
            extra[key] = {
                "account_id": account_id,
                "last_invoice_date": last,
                "document_count": sum(row.documents for row in found),
                "crossed": any(row.crossed for row in found),
            }
        return facts, extra

    def _lateness(self, period, company_ids):
        # What is not due yet at a future end of the period is not late by then.
        as_of = min(period.end, self.company_id._kam_today())
        return query.lateness(self.env, company_ids, period, as_of)

    @api.autovacuum
    def _gc_runs(self):
        """Delete runs of yesterday: whoever asks again gets a new one."""
        limit = fields.Datetime.now() - timedelta(hours=KEEP_HOURS)
        self.search([("computed_at", "<", limit)]).unlink()

    # ------------------------------------------------------------------ showing
    def _as_dict(self, top):
        self.ensure_one()
        lines = self.env["kam.analysis.line"]
        mine = [("analysis_id", "=", self.id)]
        largest = lines.search(mine, order="rank", limit=top)
        chosen = lines.search(
            [*mine, ("candidate_place", "!=", 0)], order="candidate_place"
        )
        found = {
            name: self[name]
            for name in (
                "id",
                "total",
                "base",
                "previous_total",
                "growth",
                "hhi",
                "customer_count",
                "key_count",
                "core_count",
                "wide_count",
            )
        }
        for name in ("date_from", "date_to", "previous_from", "previous_to"):
            found[name] = fields.Date.to_string(self[name])
        if self.env.user.has_group("kam_management.group_kam_margin"):
            found["average_margin"] = self.average_margin
        return {
            **known_only(found),
            "comparable": self.comparable,
            "company": {"id": self.company_id.id, "name": self.company_id.name},
            "currency_id": self.currency_id.id,
            "computed_at": fields.Datetime.to_string(self.computed_at),
            "parameters": {
                **{name: self[name] for name in LIMITS},
                "pooled_category_ids": self.pooled_category_ids.ids,
            },
            "classes": {"A": self.a_count, "B": self.b_count, "C": self.c_count},
            "months": self.month_totals,
            "curve": self.curve,
            "visible_count": lines.search_count(mine),
            "top": [line._as_dict() for line in largest],
            "candidates": [line._as_dict() for line in chosen],
        }

    def action_open_documents(self):
        """Open the invoices and credit notes that the analysis is made of."""
        self.ensure_one()
        return self._action_documents(
            self.env._("Invoices and Credit Notes"), self._documents_domain()
        )

    def action_open_previous(self):
        """Open the invoices and credit notes of the period compared with."""
        self.ensure_one()
        return self._action_documents(
            self.env._("Invoices and Credit Notes Before"),
            self._documents_domain(self.previous_from, self.previous_to),
        )

    def _documents_domain(self, start=None, end=None):
        return [
            ("company_id", "in", self._branches().ids),
            ("state", "=", "posted"),
            ("move_type", "in", ["out_invoice", "out_refund"]),
            ("invoice_date", ">=", start or self.date_from),
            ("invoice_date", "<=", end or self.date_to),
        ]

    def _action_documents(self, name, domain):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "account.move",
            "view_mode": "list,kanban,form,pivot,graph",
            "views": [
                (self.env.ref("account.view_out_invoice_tree").id, "list"),
                (False, "kanban"),
                (False, "form"),
                (False, "pivot"),
                (False, "graph"),
            ],
            "search_view_id": [
                self.env.ref("account.view_account_invoice_filter").id,
                "search",
            ],
            "domain": domain,
            "context": {"create": False, "default_move_type": "out_invoice"},
        }


def known_only(values):
    """Return the dict with None where a figure is unknown (False in Odoo)."""
    return {name: None if it is False else it for name, it in values.items()}


def number(value):
    """Return a figure of the core for a column; None stays None."""
    return None if value is None else float(value)


def _month_totals(rows, period):
    """Return the net revenue of each calendar month of the period, oldest first."""
    totals = dict.fromkeys(
        (month.start.replace(day=1) for month in period.months()), Decimal(0)
    )
    for row in rows:
        if row.first_day in totals:
            totals[row.first_day] += row.now
    return [
        {"month": fields.Date.to_string(day), "net": float(net)}
        for day, net in totals.items()
    ]


def _curve(lines):
    """Return [customers, their share of the revenue] at a few hundred places.

    Each of the first is a place of its own: there the curve bends.
    """
    shares = [line.standing.cumulative for line in lines if line.standing.cumulative]
    step = -(-len(shares) // CURVE_POINTS) or 1
    places = {
        *range(1, min(len(shares), CURVE_HEAD) + 1),
        *range(step, len(shares), step),
    }
    if shares:
        places.add(len(shares))
    return [[0, 0.0], *([at, round(float(shares[at - 1]), 6)] for at in sorted(places))]


def _since_first(rows, months, first):
    """Return the net revenue of ``months``, from the customer's first one on."""
    net = {row.first_day: row.net for row in rows}
    if first is None:
        # Never invoiced: has only ordered what others are invoiced for.
        first = min(net)
    start = first.replace(day=1)
    return [net.get(month, Decimal(0)) for month in months if month >= start]
