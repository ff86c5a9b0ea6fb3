"""The figures of visits of a period: kept, covered, sold, off the plan."""

from datetime import datetime, time, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..kam_core.visits import adherence as figures
from . import kam_account_visits
from .kam_given import Given

# by the intervals and managers of today: what was due then is not kept
COVERAGE = """
    SELECT WHAT
      FROM (SELECT a.id, o.user_id,
                   coalesce(l.last + i.days, a.key_since,
                            (a.create_date AT TIME ZONE 'UTC'
                             AT TIME ZONE %(zone)s)::date) AS due,
                   EXISTS (SELECT FROM kam_visit v
                             JOIN kam_visit_kind k ON k.id = v.kind_id AND k.counts
                            WHERE v.account_id = a.id AND v.state = 'done'
                              AND v.finished_at >= %(begin)s
                              AND v.finished_at < %(end)s) AS visited
              FROM kam_account a
              CROSS JOIN LATERAL (SELECT INTERVAL AS days) i
              LEFT JOIN LATERAL (
                   SELECT (v.finished_at AT TIME ZONE 'UTC'
                           AT TIME ZONE %(zone)s)::date AS last
                     FROM kam_visit v
                     JOIN kam_visit_kind k ON k.id = v.kind_id AND k.counts
                    WHERE v.account_id = a.id AND v.state = 'done'
                      AND v.finished_at < %(begin)s
                    ORDER BY v.finished_at DESC LIMIT 1) l ON TRUE
              LEFT JOIN kam_account_owner o ON o.account_id = a.id AND o.role = 'lead'
               AND o.date_from <= %(today)s
               AND (o.date_to IS NULL OR o.date_to >= %(today)s)
             WHERE i.days IS NOT NULL AND a.id IN %(accounts)s) d
     WHERE d.due <= %(last)s""".replace("INTERVAL", kam_account_visits.INTERVAL)
COVERAGE_BY_USER = (
    COVERAGE.replace("WHAT", "d.user_id, count(*), count(*) FILTER (WHERE d.visited)")
    + " GROUP BY 1"
)
COVERED_IDS = COVERAGE.replace("WHAT", "d.id") + " AND (d.visited OR %(all)s)"
SUMS = (
    "visits",
    "done",
    "missed",
    "cancelled",
    "excused",
    "moved",
    "off_plan",
    "committed",
    "excused_committed",
    "kept",
    "orders",
    "order_lines",
    "order_amount",
    "sales_before",
    "sales_after",
)


class KamVisit(models.Model):
    _inherit = "kam.visit"

    @api.model
    @api.readonly
    def figures(self, date_from, date_to, user_ids=None):
        """Return the figures of the visits of a period that the caller may read.

        :param date_from: first day, ``YYYY-MM-DD``, where the company is
        :param date_to: last day, included
        :param user_ids: ids of managers; left out: all
        :return: dict of

            - counts ``visits``, ``done``, ``missed``, ``cancelled``, ``excused``,
              ``moved``, ``off_plan``, ``committed``, ``excused_committed``
              (into an absence), ``kept``, ``productive`` (done and
              followed by an order), ``orders``, ``order_lines``, ``due`` and
              ``covered`` (accounts)
            - ``order_amount``, ``sales_before``, ``sales_after`` (of trainings): the
              company's currency, without tax; ``currency_id``
            - ratios, None where there is nothing below the line: ``adherence``,
              ``coverage``, ``strike_rate``, ``lines_per_call``, ``drop_size``,
              ``off_plan_share``, ``training_effect``
            - ``domain``: of ``kam.visit.report``, the rows that make the figures
        """
        self.check_access("read")
        given = Given(self.env)
        first = given.date(self.env._("From"), date_from)
        last = given.date(self.env._("To"), date_to)
        if not first or not last or last < first:
            raise UserError(
                self.env._("“From” and “To” are both needed, “To” not before “From”.")
            )
        users = given.ids(self.env._("Managers"), user_ids)
        begin, end = self._moments(first, last)
        domain = [
            ("company_id", "=", self.env.company.root_id.id),
            ("planned_start", ">=", fields.Datetime.to_string(begin)),
            ("planned_start", "<", fields.Datetime.to_string(end)),
        ]
        if users:
            domain.append(("user_id", "in", users))
        counts = self._figure_counts(domain)
        counts |= self._coverage(first, last, users or None)
        return {
            **counts,
            **self._figure_ratios(counts),
            "currency_id": self.env.company.root_id.currency_id.id,
            "domain": domain,
        }

    def _moments(self, first, last):
        """Return [from, to) of days where the company is, naive UTC."""
        zone = ZoneInfo(self.env.company.sudo()._kam_time_zone())  # no secret
        return (
            datetime.combine(day, time.min, zone)
            .astimezone(timezone.utc)
            .replace(tzinfo=None)
            for day in (first, last + timedelta(days=1))
        )

    def _figure_counts(self, domain):
        report = self.env["kam.visit.report"]
        [sums] = report._read_group(domain, [], [f"{name}:sum" for name in SUMS])
        productive = report.search_count([*domain, ("orders", ">", 0)])
        counts = {name: value or 0 for name, value in zip(SUMS, sums, strict=True)}
        return {**counts, "productive": productive}

    def _coverage(self, first, last, users):
        """Count the accounts due in the period, and those of them visited."""
        found = self.env.execute_query(self._coverage_sql(users, first, last))
        return {
            "due": sum(due for _user, due, _covered in found),
            "covered": sum(covered for _user, _due, covered in found),
        }

    def _coverage_sql(self, users, first, last):
        """Return SQL of (user id, accounts due, those of them visited).

        :param users: ids of the managers, None: all
        """
        return SQL(COVERAGE_BY_USER, **self._coverage_values(users, first, last))

    def _covered_ids(self, column, users, first, last):
        """Return the ids of the accounts ``due`` in a period, or ``covered``."""
        values = self._coverage_values(users, first, last)
        query = SQL(COVERED_IDS, **values, all=column == "due")
        return sorted(one for (one,) in self.env.execute_query(query))

    def _coverage_values(self, users, first, last):
        domain = Domain("company_id", "=", self.env.company.root_id.id)
        if users is not None:
            domain &= Domain("user_id", "in", users)
        accounts = self.env["kam.account"]
        accounts._flush_figures()
        begin, end = self._moments(first, last)
        return {
            "begin": begin,
            "end": end,
            "last": last,
            "today": accounts._today(),
            "zone": self.env.company.root_id.sudo()._kam_time_zone(),  # no secret
            "accounts": accounts._search(domain).subselect(),
        }

    def _figure_ratios(self, one):
        ratios = {
            "adherence": figures.adherence(
                one["kept"], one["committed"], one["excused_committed"]
            ),
            "coverage": figures.coverage(one["covered"], one["due"]),
            "strike_rate": figures.strike_rate(one["productive"], one["done"]),
            "lines_per_call": figures.lines_per_call(
                one["order_lines"], one["productive"]
            ),
            "drop_size": figures.drop_size(
                Decimal(str(one["order_amount"])), one["productive"]
            ),
            "off_plan_share": figures.off_plan_share(one["off_plan"], one["done"]),
            "training_effect": figures.effect(
                Decimal(str(one["sales_before"])), Decimal(str(one["sales_after"]))
            ),
        }
        return {
            name: None if value is None else float(value)
            for name, value in ratios.items()
        }
