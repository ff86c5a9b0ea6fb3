"""Settlements over a whole loaded history: Σ ageing = Σ act closings = the ledger.

At every month end, for every customer with a line; then after payments, matches taken
back, back-dated and foreign postings made at random, with what was known before them
asked again. Runs inside Odoo, in a transaction that is not committed.
"""

import random
import time
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

ENDS = """
    SELECT DISTINCT (date_trunc('month', date) + interval '1 month'
                     - interval '1 day')::date
      FROM account_move WHERE company_id = %s AND state = 'posted' ORDER BY 1"""
# one statement of its own, sharing nothing with the reports
LEDGER = """
    SELECT p.commercial_partner_id, l.currency_id, sum(l.balance)::text,
           sum(l.amount_currency)::text
      FROM account_move_line l JOIN res_partner p ON p.id = l.partner_id
      JOIN account_account a ON a.id = l.account_id
     WHERE a.account_type = 'asset_receivable' AND l.parent_state = 'posted'
       AND l.company_id = %s AND l.date <= %s
     GROUP BY 1, 2"""

LATELY = 6  # month ends that are asked again after each round


class Ties:
    """The reports of one company beside its ledger."""

    def __init__(self, env, company, seed=5):
        self.env = env(context={"allowed_company_ids": company.ids})
        self.company = company.with_env(self.env)
        self.random = random.Random(seed)  # noqa: S311  a test that can be repeated
        self.findings = []

    def ends(self):
        """Return the month ends of the history."""
        self.env.cr.execute(ENDS, [self.company.id])
        return [row[0] for row in self.env.cr.fetchall()]

    def ledger(self, day):
        """Return {(customer, currency): (company amount, own amount)}."""
        self.env.flush_all()
        self.env.cr.execute(LEDGER, [self.company.id, day])
        return {
            (partner, currency): (Decimal(books), Decimal(own))
            for partner, currency, books, own in self.env.cr.fetchall()
        }

    def differ(self, what, wanted, found):
        """Note a difference."""
        if wanted != found:
            self.findings.append(f"{what}: the ledger says {wanted}, found {found}")

    # --------------------------------------------------------------- the past
    def month_end(self, day, *, acts=True):
        """Compare everything at a month end; return what was compared."""
        books = self.ledger(day)
        by_customer = _by_customer(books)
        self.compare_ageing(day, by_customer)
        for currency in {key[1] for key in books}:
            self.compare_currency(day, currency, books)
        count = self.compare_acts(day, books) if acts else 0
        return sum(by_customer.values()), len(by_customer), count

    def ageing(self, day, **asked):
        """Return {customer: total} of the ageing, without zeros."""
        self.env.flush_all()
        self.env.invalidate_all()
        model = self.env["kam.ageing"].with_context(
            kam_ageing={"as_of": str(day), **asked}
        )
        rows = model.search_fetch([], ["partner_id", "total"])
        found = {row.partner_id.id: _cents(row.total) for row in rows}
        return {key: amount for key, amount in found.items() if amount}

    def compare_ageing(self, day, wanted, **asked):
        """Compare each customer's total, and the control line."""
        wanted = {key: amount for key, amount in wanted.items() if amount}
        found = self.ageing(day, **asked)
        for key in wanted.keys() | found.keys():
            if wanted.get(key) != found.get(key):
                name = f"ageing of customer {key} on {day} {asked or ''}"
                self.differ(name, wanted.get(key), found.get(key))
        told = self.env["kam.ageing"].control({"as_of": str(day), **asked})
        self.differ(f"control on {day} {asked or ''}", "0.00", told["difference"])

    def compare_currency(self, day, currency_id, books, **asked):
        """Compare the ageing in one currency with ``amount_currency``."""
        wanted = defaultdict(Decimal)
        for (partner, currency), (_books, own) in books.items():
            if currency == currency_id:
                wanted[partner] += own
        self.compare_ageing(day, wanted, currency_id=currency_id, **asked)

    def compare_acts(self, day, books):
        """Compare the closing of an act for each customer and currency."""
        acts = self.env["kam.act"]
        for (partner, currency), wanted in books.items():
            totals, _rows = acts.new(
                {
                    "partner_id": partner,
                    "company_id": self.company.id,
                    "currency_id": currency,
                    "date_from": day.replace(day=1),
                    "date_to": day,
                }
            )._take()
            self.differ(
                f"act of customer {partner} on {day}",
                wanted,
                (totals.closing_company, totals.closing),
            )
        return len(books)

    # -------------------------------------------------------- what came later
    def later(self, steps, rounds):
        """Go on at random; what was known before comes back to the cent."""
        known = []
        ends = self.ends()
        for turn in range(rounds):
            moment = self.moment()
            wanted = {day: self.ledger(day) for day in ends[-LATELY:]}
            known.append((moment, wanted))
            for _n in range(steps):
                self.random.choice(self.doings())(ends)
            self.env.flush_all()
            self.env["kam.fact"]._catch_up()
            for day in ends[-LATELY:]:
                self.month_end(day, acts=turn == rounds - 1)
        for moment, months in known:
            for day, books in months.items():
                self.compare_ageing(day, _by_customer(books), known_at=moment)
                for currency in {key[1] for key in books}:
                    self.compare_currency(day, currency, books, known_at=moment)

    def doings(self):
        """Return what may happen, the likely more than once."""
        often = (self.invoice, self.foreign, self.pay, self.unmatch, self.redate)
        return (*often, *often, self.write_off, self.unpost, self.rematch)

    def moment(self):
        """Return the time until now, to the second, and let a second pass."""
        self.env.flush_all()
        self.env.cr.flush()
        self.env["kam.fact"]._catch_up()
        self.env.cr.execute("SELECT clock_timestamp() AT TIME ZONE 'UTC'")
        [found] = self.env.cr.fetchone()
        time.sleep(1.1)
        return found.strftime("%Y-%m-%d %H:%M:%S")

    def day(self, ends):
        """Return a day of the last half year of the history."""
        return ends[-1] - timedelta(self.random.randrange(0, 180))

    def some(self, model, domain):
        """Return a record of many at random, or none."""
        count = self.env[model].search_count(domain)
        offset = self.random.randrange(count) if count else 0
        return self.env[model].search(domain, offset=offset, limit=1, order="id")

    def own(self, *more):
        """Return a domain of the company's records."""
        return [("company_id", "=", self.company.id), *more]

    def invoice(self, ends, currency=None):
        """Post an invoice into the past."""
        partner = self.some(
            "account.move", self.own(("move_type", "=", "out_invoice"))
        ).partner_id
        move = self.env["account.move"].create(
            {
                "move_type": self.random.choice(
                    ("out_invoice", "out_invoice", "out_refund")
                ),
                "partner_id": partner.id,
                "currency_id": (currency or self.company.currency_id).id,
                "invoice_date": self.day(ends),
                "invoice_line_ids": [
                    (
                        0,
                        0,
                        {
                            "name": "Late",
                            "price_unit": self.random.randrange(100, 99999) / 100,
                            "tax_ids": [(5, 0, 0)],
                        },
                    )
                ],
            }
        )
        move.action_post()
        return move

    def foreign(self, ends):
        """Post an invoice in another currency, and pay a part of it at another rate."""
        currency = self.env.ref("base.USD")
        if currency == self.company.currency_id:
            currency = self.env.ref("base.EUR")
        currency.active = True
        rates = self.env["res.currency.rate"]
        if not rates.search_count(
            [("currency_id", "=", currency.id), ("company_id", "=", self.company.id)]
        ):
            for n in range(14):
                rates.create(
                    {
                        "name": ends[-1] - timedelta(30 * n),
                        "currency_id": currency.id,
                        "company_id": self.company.id,
                        "rate": 1.1 + n / 37,
                    }
                )
        move = self.invoice(ends, currency)
        if move.move_type == "out_invoice":
            self.pay(ends, move)

    def pay(self, ends, move=None):
        """Pay a part of an invoice, or all of it."""
        move = move or self.owed()
        if not move:
            return
        part = self.random.choice((1, 1, 0.5, 0.31))
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": move.commercial_partner_id.id,
                "amount": max(round(move.amount_residual * part, 2), 0.01),
                "currency_id": move.currency_id.id,
                "date": max(self.day(ends), move.invoice_date or date.min),
                "journal_id": self.env["account.journal"]
                .search(self.own(("type", "=", "bank")), limit=1)
                .id,
            }
        )
        payment.action_post()
        self.reconcile(payment.move_id + move)

    def debts(self, moves):
        """Return the receivable lines of moves."""
        return moves.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )

    def reconcile(self, moves):
        """Match what is open on moves."""
        lines = self.debts(moves).filtered(lambda line: not line.reconciled)
        if len(lines) > 1:
            lines.reconcile()

    def owed(self, *more):
        """Return an invoice at random that is not paid, or none."""
        return self.some(
            "account.move",
            self.own(
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("amount_residual", ">", 0),
                *more,
            ),
        )

    def write_off(self, ends):
        """Give a small rest up, by an entry of its own."""
        move = self.owed(("currency_id", "=", self.company.currency_id.id))
        if not move:
            return
        debt = self.debts(move)[:1]
        amount = round(min(move.amount_residual, 1.5), 2)
        loss = self.env["account.account"].search(
            [
                ("account_type", "=", "expense"),
                ("company_ids", "in", self.company.ids),
            ],
            limit=1,
        )
        given_up = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": max(self.day(ends), move.date),
                "journal_id": self.env["account.journal"]
                .search(self.own(("type", "=", "general")), limit=1)
                .id,
                "line_ids": [
                    (0, 0, {"account_id": loss.id, "debit": amount}),
                    (
                        0,
                        0,
                        {
                            "account_id": debt.account_id.id,
                            "partner_id": debt.partner_id.id,
                            "credit": amount,
                        },
                    ),
                ],
            }
        )
        given_up.action_post()
        self.reconcile(given_up + move)

    def unpost(self, _ends):
        """Take a payment back to draft: its matches go with it."""
        payment = self.some("account.payment", self.own(("state", "=", "paid")))
        if payment:
            payment.action_draft()

    def rematch(self, _ends):
        """Match what is open of one customer anew, whatever settled it before."""
        move = self.owed(("currency_id", "=", self.company.currency_id.id))
        domain = self.own(
            ("partner_id", "=", move.commercial_partner_id.id),
            ("account_id", "in", self.debts(move).account_id.ids),
            ("currency_id", "=", move.currency_id.id),
            ("parent_state", "=", "posted"),
            ("reconciled", "=", False),
        )
        lines = self.env["account.move.line"].search(domain) if move else move.line_ids
        if len(lines) > 1:
            lines.reconcile()

    def unmatch(self, _ends):
        """Take the matches of an invoice back."""
        move = self.some(
            "account.move",
            self.own(("move_type", "=", "out_invoice"), ("payment_state", "=", "paid")),
        )
        move.line_ids.remove_move_reconcile()

    def redate(self, ends):
        """Take an invoice back to draft and post it on an earlier day."""
        move = self.some(
            "account.move",
            self.own(
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("payment_state", "=", "not_paid"),
            ),
        )
        if move:
            move.button_draft()
            day = self.day(ends)
            move.write({"invoice_date": day, "date": day, "name": False})
            move.action_post()


def _by_customer(books):
    found = defaultdict(Decimal)
    for (partner, _currency), (amount, _own) in books.items():
        found[partner] += amount
    return dict(found)


def _cents(amount):
    return Decimal(repr(amount)).quantize(Decimal("0.01"))


def run(env, say=print, steps=25, rounds=4):
    """Compare the whole history; return the differences."""
    from .load import COMPANY

    company = env["res.company"].search([("name", "=", COMPANY)], limit=1)
    ties = Ties(env, company)
    for day in ties.ends():
        began = time.monotonic()
        amount, customers, acts = ties.month_end(day)
        seconds = time.monotonic() - began
        say(
            f"{day}: {amount} of {customers} customers, {acts} acts;"
            f" {len(ties.findings)} differences; {seconds:.1f} s"
        )
    ties.later(steps, rounds)
    say(
        f"after {steps * rounds} random later postings, payments and matches taken"
        f" back, at {rounds} known moments: {len(ties.findings)} differences"
    )
    env.cr.rollback()
    return ties.findings
