"""The screens over the whole history beside the least that could be asked for."""

from kambench.figures import row
from kambench.meter import cost, race
from kambench.parts.trading import in_company, last_year, make_accounts

ACCOUNTS = 80
MONTHS = """
SELECT commercial_partner_id, date_trunc('month', invoice_date),
       sum(amount_untaxed_signed)
  FROM account_move
 WHERE company_id = %s AND state = 'posted'
   AND move_type IN ('out_invoice', 'out_refund') AND invoice_date BETWEEN %s AND %s
 GROUP BY 1, 2
"""
NAMES = {"partner_id": {"fields": {"display_name": {}}}}


def bare_sums(world):
    """Sum by customer and month, in SQL."""
    with world.env("history") as env:
        env = in_company(env)
        period = last_year(env)
        with cost(env.cr) as found:
            env.cr.execute(MONTHS, [env.company.id, *period])
            env.cr.fetchall()
    return found


def analyse(world):
    """Compute the analysis anew."""
    with world.env("history") as env:
        env = in_company(env)
        start, end = last_year(env)
        with cost(env.cr) as found:
            env["kam.analysis"].analyse(
                env.company.id, date_from=start, date_to=end, fresh=True
            )
            env.cr.flush()
    return found


def figures(env):
    """Return what the list of accounts shows beside names."""
    view = env.ref("kam_management.kam_account_view_list")
    shown = env["kam.account"].get_view(view.id, "list")["models"]["kam.account"]
    skipped = ("message_", "activity_", "my_activity_")
    return {name: {} for name in shown if not name.startswith(skipped)}


def listing(world, *, full):
    """Return a side that reads a page of accounts."""

    def once():
        with world.env("history") as env:
            env = in_company(env)
            fields = {**figures(env), **NAMES} if full else NAMES
            with cost(env.cr) as found:
                env["kam.account"].web_search_read([], fields, limit=ACCOUNTS)
        return found

    return once


def run(world):
    """Return the rows of the table."""
    with world.env("history", keep=True) as env:
        env = in_company(env)
        missing = ACCOUNTS - env["kam.account"].search_count([])
        if missing > 0:
            make_accounts(env, missing)
        count = min(ACCOUNTS, env["kam.account"].search_count([]))
    screen = race(
        {"sql": lambda: bare_sums(world), "ours": lambda: analyse(world)},
        world.rounds,
    )
    lists = race(
        {"names": listing(world, full=False), "ours": listing(world, full=True)},
        world.rounds,
    )
    return [
        row(
            "analysis of a year, beside sums by customer and month",
            screen["ours"],
            screen["sql"],
        ),
        row(
            f"list of {count} accounts with figures, beside names only",
            lists["ours"],
            lists["names"],
        ),
    ]
