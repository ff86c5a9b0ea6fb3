"""Where the lines of an act come from: the ledger, and the acts signed before it."""

from datetime import timedelta
from decimal import Decimal

from odoo import models

from ..kam_core.receivables import act_rows, acts
from ..kam_core.receivables.act_rows import Period, Row
from . import kam_act_query as query

SAME = (
    *("partner_id", "company_id", "currency_id", "scope", "with_payable"),
    "by_agreement",
)


class KamAct(models.Model):
    _inherit = "kam.act"

    # ------------------------------------------------------------------- whose
    def _scope_partner_ids(self):
        """Return the ids of the partners whose lines are in the act."""
        self.ensure_one()
        # sudo: the lines of all contacts count, whoever may see them
        partners = self.env["res.partner"].sudo().with_context(active_test=False)
        if self.scope == "contact":
            return self.partner_id.ids
        if self.scope == "company":
            customer = self.partner_id.sudo().commercial_partner_id
            return partners.search([("commercial_partner_id", "=", customer.id)]).ids
        return partners.search([("id", "child_of", self.partner_id.id)]).ids

    def _scope_company_ids(self):
        """Return the ids of the act's company and all its branches."""
        # sudo: which branches there are is no secret
        companies = self.env["res.company"].sudo().with_context(active_test=False)
        return companies.search([("id", "child_of", self.company_id.id)]).ids

    def _sealed_like_this(self):
        """Return {id: act} of signed acts of the same customer, scope and currency."""
        domain = [("status", "in", acts.SEALED), ("id", "!=", self._origin.id)]
        for name in SAME:
            value = self[name]
            domain.append((name, "=", getattr(value, "id", value)))
        # sudo: the chain counts in full, also where the user sees a part of it
        found = self.sudo().search(domain)
        if self.by_agreement:
            mine = query.agreement_key(self.agreement)
            found = found.filtered(
                lambda one: query.agreement_key(one.agreement) == mine
            )
        return {one.id: one for one in found}

    def _chain(self, ends_on, last=None):
        """Return the signed acts that lead without a gap up to a day, in order.

        :param last: the act that ends it, where that is known; signed or not
        """
        found = self._sealed_like_this()
        if last:
            found = {
                key: one
                for key, one in found.items()
                if one.corrects_id or one.date_to != ends_on
            }
            # sudo: the chain of acts goes on whoever may read the one before
            found[last.id] = last.sudo()
        periods = [
            Period(one.id, one.date_from, one.date_to, one.corrects_id.id or None)
            for one in found.values()
        ]
        return [found[one.key] for one in act_rows.chain(periods, ends_on)]

    # -------------------------------------------------------------------- lines
    def _take(self):
        """Return (balances, rows) as the ledger and the acts before have them.

        The opening is the closing of the act before, where one ends on the day before;
        what was posted into its time since then comes first, as differences. Opening +
        Σ rows is the ledger's balance at the end, always.
        """
        self.ensure_one()
        query.flush(self.env)
        delta = self.kind == acts.DELTA
        if delta:
            chain = self._chain(self.date_to, self._corrected())
            chain = [one for one in chain if one.id != self.id]
        else:
            chain = self._chain(self.date_from - timedelta(1))
        rows = [] if delta else query.operations(self, self.date_from, self.date_to)
        if not chain:
            opening = query.opening(self, self.date_from)
            return act_rows.balances(rows, *opening), rows
        last = chain[-1]._closing()
        rows = [*self._late_rows_of(chain), *rows]
        return act_rows.balances(rows, *last), rows

    def _closing(self):
        """Return the sealed closing: (act's currency, company's), exact."""
        return (
            _exact(self.closing, self.currency_id),
            _exact(self.closing_company, self.company_currency_id),
        )

    def _late_rows(self):
        """Return what was posted into the time of a signed act, or before it, since."""
        self.ensure_one()
        query.flush(self.env)
        last = self._corrected()
        return self._late_rows_of(last._chain(last.date_to, last))

    def _corrected(self):
        """Return the act that a delta, or a delta of a delta, corrects."""
        act = self
        while act.corrects_id:
            act = act.corrects_id
        return act

    def _late_rows_of(self, chain):
        """Return the differences after a chain of signed acts, as rows."""
        if not chain:
            return ()
        first, last = chain[0], chain[-1]
        covered = query.stored(self.env, [one.id for one in chain])
        rows = act_rows.differences(
            query.operations(first, first.date_from, last.date_to),
            [row for row in covered if row.move_id],
        )
        return (*first._late_opening(covered), *rows)

    def _late_opening(self, covered):
        """Return the row of what came into the time before this first act, if any.

        :param covered: rows of the chain; those of no entry corrected the opening
        """
        amount, company = query.opening(self, self.date_from)
        taken = [row for row in covered if not row.move_id]
        amount -= _exact(self.opening, self.currency_id)
        company -= _exact(self.opening_company, self.company_currency_id)
        amount -= sum(row.amount for row in taken)
        company -= sum(row.amount_company for row in taken)
        if not amount and not company:
            return ()
        debit, credit = act_rows.halves(amount)
        day = self.date_from - timedelta(1)
        return (Row(0, day, None, "opening", None, debit, credit, company, 0, True),)

    def _follower(self):
        """Return the signed act that begins on the day after this one ends, if any."""
        self.ensure_one()
        begins = self.date_to + timedelta(1)
        return next(
            (
                one
                for one in self._sealed_like_this().values()
                if one.date_from == begins and not one.corrects_id
            ),
            self.browse(),
        )

    def _refresh_lines(self):
        """Store the lines of drafts as the ledger has them now."""
        for act in self:
            totals, rows = act._take()
            query.store(self.env, act.id, rows)
            act._show(totals)

    def _show(self, totals):
        # sudo: figures of the ledger, no input of the user
        self.sudo().write(
            {
                "now_opening": float(totals.opening),
                "now_debit": float(totals.debit),
                "now_credit": float(totals.credit),
                "now_closing": float(totals.closing),
            }
        )

    def _shown(self):
        """Return the figures to print: as sent, or of the draft."""
        prefix = "now_" if self.status == acts.DRAFT else ""
        return {
            name: _exact(self[prefix + name], self.currency_id)
            for name in ("opening", "debit", "credit", "closing")
        }

    # --------------------------------------------------------------------- seal
    def _seal_parameters(self):
        return {
            "number": self.number,
            "partner": self.partner_id.id,
            "company": self.company_id.id,
            "currency": self.currency_id.name,
            "scope": self.scope,
            "payable": self.with_payable,
            "from": self.date_from,
            "to": self.date_to,
            # acts of all agreements keep the digest they always had
            **(
                {"agreement": query.agreement_key(self.agreement)}
                if self.by_agreement
                else {}
            ),
        }

    def _digest(self, totals, rows):
        return act_rows.digest(self._seal_parameters(), totals, rows)

    def _stored_digest(self):
        """Return the digest over the lines as they are stored."""
        rows = query.stored(self.env, self.ids)
        totals = act_rows.balances(
            rows,
            _exact(self.opening, self.currency_id),
            _exact(self.opening_company, self.company_currency_id),
        )
        return self._digest(totals, rows)

    def _after_rebuild(self):
        """Bring the lines of acts back with their acts."""
        self.env.cr.execute(
            """SELECT a.id FROM kam_act a
                WHERE coalesce(a.line_count, 0) <> (
                      SELECT count(*) FROM kam_act_line l WHERE l.act_id = a.id)
                  AND a.status <> 'draft'"""
        )
        ids = [row[0] for row in self.env.cr.fetchall()]
        self.browse(ids)._restore_lines()
        return super()._after_rebuild()

    def _restore_lines(self):
        """Bring the lines back from the log, where a rebuild has emptied the table."""
        events = self.env["kam.event.store"]._read_keys(
            self._name, self.mapped("event_key")
        )
        # of each act, what was sent last
        sent = {row[1]: row[5] for row in events if row[3] == "ActSent"}
        for act in self:
            if act.event_key in sent and act.status != acts.DRAFT:
                rows = sent[act.event_key]["rows"]
                lines = [act_rows.unpacked(one) for one in rows]
                query.store(self.env, act.id, lines)
                opening, company = act.opening, act.opening_company
                act._show(
                    act_rows.balances(
                        lines,
                        _exact(opening, act.currency_id),
                        _exact(company, act.company_currency_id),
                    )
                )
            elif act.status == acts.DRAFT:
                act._refresh_lines()


def _exact(amount, currency):
    """Return an amount of a row as Decimal, with the decimals of its currency."""
    digits = currency.decimal_places
    return Decimal(f"{amount:.{digits}f}")
