"""What a statement of pay is made of, as known at a cover or now."""

import json
from decimal import Decimal

from odoo import models

from ..kam_core.kpi.kpis import formula_of
from ..kam_core.pay.attribution import attribute
from ..kam_core.pay.calculation import Figure, Question
from ..kam_core.periods import Period


class KamPayKnowledge(models.AbstractModel):
    _name = "kam.pay.knowledge"
    _description = "What pay is reckoned from"

    def _root(self, company_id):
        # sudo: the tree of companies is no secret
        return self.env["res.company"].sudo().browse(company_id).root_id

    # ------------------------------------------------------------------ shares
    def _shares(self, company, user_id, place=None):
        """Return the shares of all facts of a user's customers, whoever owned them.

        :param company: root company
        :param place: cover up to which events count; None: now
        """
        # sudo: pay is reckoned from all facts that make it, whoever presses the button
        cover, facts = self.env["kam.pay.cover"], self.env["kam.kpi.fact"].sudo()
        facts._catch_up()
        merges = cover._merges(company, place)
        owners, partners = self._owners(company, place, user_id, merges)
        # customers of today and of then: a document is of either
        _now, today = self._owners(company, None, user_id, cover._merges(company, None))
        self.env.cr.execute(
            "SELECT DISTINCT stream_id FROM kam_kpi_fact WHERE partner_id = ANY(%s)",
            [sorted(self._survivors(partners | today))],
        )
        ids = [row[0] for row in self.env.cr.fetchall()]
        streams = cover._streams(company, place, ids)
        roots = self._roots()
        found = facts._core_facts(streams, merges=merges)
        return attribute(
            [one for one in found if roots.get(one.company_id) == company.id],
            lambda fact: owners.get(fact.partner_id, ()),
        )

    def _survivors(self, partners):
        self.env.cr.execute("SELECT source_id, target_id FROM kam_es.partner_merge")
        merges = dict(self.env.cr.fetchall())
        return {merges.get(one, one) for one in partners} | partners

    def _roots(self):
        # sudo: the tree of companies is no secret
        companies = self.env["res.company"].sudo().search([("id", "!=", False)])
        return {company.id: company.root_id.id for company in companies}

    def _owners(self, company, place, user_id, merges):
        """Return ({partner: owners}, partners that the user ever owned)."""
        states = self.env["kam.pay.cover"]._states(company, place, "kam.account")
        owners, mine = {}, set()
        for _row_id, _version, state in states.values():
            if state.company_id != company.id:
                continue
            partner = merges.get(state.partner_id, state.partner_id)
            owners[partner] = state.owner_ids
            if any(one.user_id == user_id for one in state.owner_ids):
                mine.add(partner)
        return owners, mine

    # ---------------------------------------------------------------- question
    def _question(self, statement, place=None, stamped=None):
        """Return the question of a statement, as known at a cover.

        :param stamped: figures of other sources as text, of a closed one; None: as
            they are now
        :return: (question, version of the scheme's stream, stamped figures as text),
            None where the scheme was not in force
        """
        company = self._root(statement.company_id.id)
        edition = statement.scheme_id._active_version(
            statement.scheme_id, company, place, statement.date_from
        )
        if edition is None:
            return None
        version, scheme = edition
        period = Period(statement.date_from, statement.date_to)
        kpis = {
            row_id: state
            for row_id, _v, state in self.env["kam.pay.cover"]
            ._states(company, place, "kam.kpi")
            .values()
        }
        wanted = {line.kpi_id for line in scheme.line_ids}
        if stamped is None:
            stamped = self._stamp(statement, kpis, wanted)
        plans = self._plans(statement, company, place)
        shares = self._shares(company, statement.user_id.id, place)
        first, last = _days(shares, period.end)
        question = Question(
            user_id=statement.user_id.id,
            period=period,
            scheme=scheme,
            figures={
                kpi_id: Figure(
                    formula_of(kpis[kpi_id]),
                    kpis[kpi_id].direction,
                    plans.get(kpi_id),
                    _number(stamped.get(str(kpi_id))),
                )
                for kpi_id in wanted
            },
            shares=shares,
            first_days=first,
            last_days=last,
            overdue_share=_number(stamped.get("overdue_share")),
            absent_days=statement._absence(scheme) or 0,
            decimals=company.currency_id.decimal_places,
        )
        return question, version, stamped

    def _stamp(self, statement, kpis, wanted):
        """Return figures that are not made of facts of the log, as text by id."""
        span = (statement.date_from, statement.date_to)
        ids = [one for one in wanted if formula_of(kpis[one]) is None]
        # sudo: the figure of whom is paid, whoever reckons the pay
        model = self.env["kam.kpi"].sudo()._of_company(statement.company_id)
        model = model.with_context(active_test=False)
        debts = model.search([("code", "=", "overdue_share")], limit=1)
        rows = (model.browse(ids) | debts)._figures(*span, by=("user",))
        row = rows.get((statement.user_id.id,), {})
        found = {str(one.id): row.get(one.code) for one in model.browse(ids)}
        found["overdue_share"] = row.get(debts.code)
        return {key: format(one, "f") for key, one in found.items() if one is not None}

    def _plans(self, statement, company, place):
        """Return {kpi id: plan} of the approved targets of the statement's period."""
        states = self.env["kam.pay.cover"]._states(company, place, "kam.target")
        return {
            one.kpi_id: one.plan
            for _row_id, _version, one in states.values()
            if one.state == "approved"
            and one.level == "user"
            and one.user_id == statement.user_id.id
            and one.company_id == company.id
            and (one.date_from, one.date_to) == (statement.date_from, statement.date_to)
        }


def _days(shares, end):
    """Return the first and last day with a document left, by customer, to ``end``."""
    left, seen = {}, set()
    for one in shares:
        key = (one.fact.event, one.fact.kind, one.fact.place)
        if one.fact.kind != "sale" or one.fact.date > end or key in seen:
            continue
        seen.add(key)
        day = (one.fact.partner_id, one.fact.date)
        left[day] = left.get(day, Decimal(0)) + one.fact.documents
    first, last = {}, {}
    for partner, day in sorted(key for key, count in left.items() if count > 0):
        first.setdefault(partner, day)
        last[partner] = day
    return first, last


def _number(text):
    return None if text is None else Decimal(text)


def stamped_text(stamped):
    """Return stamped figures as the event holds them."""
    return json.dumps(stamped, sort_keys=True)


def total_of(later):
    """Return the sum of adjustments.

    :param later: list of (closed statement, adjustment)
    """
    return sum((one.amount for _closed, one in later), Decimal(0))
