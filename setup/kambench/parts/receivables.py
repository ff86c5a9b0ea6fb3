"""Ageing of many open items, and an act of many lines, beside bare sums in SQL."""

from datetime import date

from kambench.figures import row, wanted
from kambench.meter import cost, race
from kambench.parts import collections

LINES = 10_000
# what an ageing cannot do without: the residual of each customer by age, as of a day
AGEING = """
SELECT p.commercial_partner_id,
       sum(o.open) FILTER (WHERE current_date - o.due <= 0),
       sum(o.open) FILTER (WHERE current_date - o.due BETWEEN 1 AND 30),
       sum(o.open) FILTER (WHERE current_date - o.due BETWEEN 31 AND 60),
       sum(o.open) FILTER (WHERE current_date - o.due > 60), sum(o.open)
  FROM (SELECT l.partner_id, coalesce(l.date_maturity, l.date) AS due,
               l.balance - coalesce(d.amount, 0) + coalesce(c.amount, 0) AS open
          FROM account_move_line l
          JOIN account_account a
            ON a.id = l.account_id AND a.account_type = 'asset_receivable'
          LEFT JOIN (SELECT debit_move_id AS id, sum(amount) AS amount
                       FROM account_partial_reconcile WHERE max_date <= current_date
                      GROUP BY 1) AS d ON d.id = l.id
          LEFT JOIN (SELECT credit_move_id AS id, sum(amount) AS amount
                       FROM account_partial_reconcile WHERE max_date <= current_date
                      GROUP BY 1) AS c ON c.id = l.id
         WHERE l.parent_state = 'posted' AND l.date <= current_date) AS o
  JOIN res_partner p ON p.id = o.partner_id
 WHERE o.open <> 0
 GROUP BY 1"""
ACT = """
SELECT m.id, m.name, m.invoice_date, min(l.date), sum(l.debit), sum(l.credit)
  FROM account_move_line l
  JOIN account_account a
    ON a.id = l.account_id AND a.account_type = 'asset_receivable'
  JOIN account_move m ON m.id = l.move_id
 WHERE l.parent_state = 'posted' AND l.partner_id = %s
 GROUP BY m.id ORDER BY 4, 1"""
FIELDS = {
    "partner_id": {"fields": {"display_name": {}}},
    **{f"slot_{n}": {} for n in range(6)},
    **{name: {} for name in ("total", "unallocated", "overdue", "overdue_ratio")},
}


def ageing(world, *, page):
    """Return a side that reads the ageing: a page of the list, or its control line."""

    def once():
        with world.env("owing") as env:
            model = env["kam.ageing"]
            collections.alone(env)
            with cost(env.cr) as found:
                if page:
                    model.web_search_read([], FIELDS, limit=80)
                else:
                    model.control()
        return found

    return once


def one_large(env):
    """Give one customer the documents of many; return it."""
    env.cr.execute(
        """SELECT l.partner_id FROM account_move_line l
             JOIN account_account a ON a.id = l.account_id
            WHERE a.account_type = 'asset_receivable' AND l.parent_state = 'posted'
            GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"""
    )
    [partner_id] = env.cr.fetchone()
    env.cr.execute(
        """UPDATE account_move_line SET partner_id = %s WHERE id IN (
               SELECT l.id FROM account_move_line l
                 JOIN account_account a ON a.id = l.account_id
                WHERE a.account_type = 'asset_receivable' AND l.partner_id <> %s
                ORDER BY l.id LIMIT %s)""",
        [partner_id, partner_id, LINES],
    )
    env.cr.execute("ANALYZE account_move_line")
    return partner_id


def bare_act(world, partner_id):
    """Return a side that reads the documents of one customer in SQL."""

    def once():
        with world.env("owing") as env:
            collections.alone(env)
            with cost(env.cr) as found:
                env.cr.execute(ACT, [partner_id])
                env.cr.fetchall()
        return found

    return once


def drawn_up(env, partner_id):
    """Return an act of a customer over all time, not stored."""
    return env["kam.act"].new(
        {
            "partner_id": partner_id,
            "company_id": env.company.id,
            "currency_id": env.company.currency_id.id,
            "date_from": "2000-01-01",
            "date_to": "2099-12-31",
        }
    )


def act(world, partner_id, *, send):
    """Return a side that draws up an act, or also sends it."""

    def once():
        with world.env("owing") as env:
            made = drawn_up(env, partner_id)
            collections.alone(env)
            if not send:
                with cost(env.cr) as found:
                    made._take()
                return found
            with cost(env.cr) as found:
                made = env["kam.act"].create(
                    {
                        "partner_id": partner_id,
                        "date_from": "2000-01-01",
                        "date_to": "2099-12-31",
                    }
                )
                made.send()
                env.cr.flush()
        return found

    return once


def everybody(world):
    """Return a side that reads the ageing of all customers at once."""

    def once():
        with world.env("owing") as env, cost(env.cr) as found:
            collections.alone(env)
            env["kam.ageing"].web_search_read([], FIELDS)
        return found

    return once


# ------------------------------------------------------------ other people's addons
AGED = "report.account_financial_report.aged_partner_balance"
STATEMENT = "report.partner_statement.activity_statement"


def has_peers(world):
    """Tell whether they are installed here."""
    with world.env("owing") as env:
        return AGED in env and STATEMENT in env


def aged(env):
    """Return other people's aged report of all customers, today."""
    wizard = env["aged.partner.balance.report.wizard"].create(
        {"company_id": env.company.id}
    )
    wizard.receivable_accounts_only = True
    wizard.onchange_type_accounts_only()
    data = wizard._prepare_report_data()
    data["date_at"] = data["date_at"].isoformat()
    return env[AGED]._get_report_values(wizard.ids, data)["aged_partner_balance"]


def statement(env, partner_id):
    """Return other people's statement of a customer, over all time."""
    model = env["activity.statement.wizard"].with_context(active_ids=[partner_id])
    wizard = model.create(
        {
            "date_start": date(2000, 1, 1),
            "date_end": date(2099, 12, 31),
            "show_aging_buckets": False,
        }
    )
    told = env[STATEMENT]._get_report_values([partner_id], wizard._prepare_statement())
    return told["data"][partner_id]["currencies"]


def theirs(world, report, *arguments):
    """Return a side that makes a report of theirs."""

    def once():
        with world.env("owing") as env, cost(env.cr) as found:
            collections.alone(env)
            report(env, *arguments)
        return found

    return once


def agree(world, partner_id):
    """Fail unless their figures are ours: a race between two truths means nothing."""
    with world.env("owing") as env:
        residual = sum(account["residual"] for account in aged(env))
        here = {"allowed_company_ids": env.company.ids}  # theirs is of one company
        part = env["kam.ageing"].with_context(**here).control()
        lines = statement(env, partner_id)[env.company.currency_id.id]["lines"]
        turned = sum(line["debit"] - line["credit"] for line in lines)
    with world.env("owing") as env:
        closing = drawn_up(env, partner_id)._take()[0].closing
    for name, ours, found in (
        ("aged receivables", float(part["total"]), residual),
        ("statement", float(closing), turned),
    ):
        if abs(ours - found) > 0.005:
            raise AssertionError(f"{name}: {ours} of ours, {found} of theirs")


def against_peers(world, partner_id):
    """Return the rows of ours beside the same reports of others."""
    if not has_peers(world):
        return []
    agree(world, partner_id)
    rounds = min(world.rounds, 3)  # theirs take their time
    ages = race({"them": theirs(world, aged), "us": everybody(world)}, rounds)
    acts = race(
        {
            "them": theirs(world, statement, partner_id),
            "us": act(world, partner_id, send=False),
        },
        rounds,
    )
    return [
        row(
            "ageing of all customers, beside OCA's account_financial_report",
            ages["us"],
            ages["them"],
            want=wanted("ratio", 1),
        ),
        row(
            "act of the large customer, beside OCA's partner_statement",
            acts["us"],
            acts["them"],
            want=wanted("ratio", 1),
        ),
    ]


def run(world):
    """Return the rows of the table."""
    with world.env("owing", keep=True) as env:
        env.cr.execute("SELECT count(*) FROM account_move_line")
        if env.cr.fetchone()[0] < collections.CUSTOMERS:
            collections.fill(env)
    ages = race(
        {
            "sql": collections.bare(world, AGEING),
            "page": ageing(world, page=True),
            "control": ageing(world, page=False),
        },
        world.rounds,
    )
    with world.env("owing", keep=True) as env:
        partner_id = one_large(env)
    draws = race(
        {
            "sql": bare_act(world, partner_id),
            "take": act(world, partner_id, send=False),
            "send": act(world, partner_id, send=True),
        },
        world.rounds,
    )
    items = collections.CUSTOMERS * collections.ITEMS
    size = f"{collections.CUSTOMERS} customers, {items:,} open items".replace(",", " ")
    return [
        row(
            f"ageing of {size}: a page, beside the bare sums",
            ages["page"],
            ages["sql"],
            want=wanted("ratio", 3),
        ),
        row(f"its control line over {size}", ages["control"], ages["sql"]),
        row(
            f"act of {LINES} documents, beside reading them in SQL",
            draws["take"],
            draws["sql"],
            want=wanted("ratio", 3),
        ),
        row(
            f"the same drawn up, sent and kept in the log ({LINES} lines)",
            draws["send"],
            draws["sql"],
        ),
        *against_peers(world, partner_id),
    ]
