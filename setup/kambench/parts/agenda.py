"""Agendas and the day of a manager beside the least that could be asked for."""

from kambench.figures import row
from kambench.meter import cost, race
from kambench.parts.trading import in_company, make_accounts

ACCOUNTS = 40
VISITS = 12
BARE = (
    """SELECT commercial_partner_id, id, name, amount_residual, invoice_date_due
         FROM account_move
        WHERE commercial_partner_id = ANY(%(partners)s) AND state = 'posted'
          AND move_type = 'out_invoice' AND payment_state IN ('not_paid', 'partial')""",
    """SELECT kam_account_id, id, name, date_order, amount_untaxed FROM sale_order
        WHERE kam_account_id = ANY(%(accounts)s)""",
    """SELECT s.kam_account_id, l.product_id, s.date_order::date,
              sum(l.product_uom_qty)
         FROM sale_order_line l JOIN sale_order s ON s.id = l.order_id
        WHERE s.kam_account_id = ANY(%(accounts)s) AND s.state = 'sale'
          AND s.date_order >= now() - interval '540 days'
        GROUP BY 1, 2, 3""",
)


def accounts_of(env):
    """Return the accounts that are asked about."""
    return env["kam.account"].search([], limit=ACCOUNTS, order="id")


def bare(world):
    """Read open invoices, orders and the rhythm of items, in SQL."""
    with world.env("history") as env:
        env = in_company(env)
        accounts = accounts_of(env)
        asked = {"accounts": accounts.ids, "partners": accounts.partner_id.ids}
        with cost(env.cr) as found:
            for statement in BARE:
                env.cr.execute(statement, asked)
                env.cr.fetchall()
    return found


def agendas(world):
    """Make the agendas of the accounts."""
    with world.env("history") as env:
        env = in_company(env)
        ids = accounts_of(env).ids
        with cost(env.cr) as found:
            env["kam.visit.agenda"].agenda(ids)
    return found


def plan(env):
    """Plan visits of today with the accounts that trade most."""
    start = env.user._kam_user_today()
    kind = env["kam.visit.kind"]._default_kind()
    env["kam.visit"].create(
        [
            {
                "account_id": account.id,
                "user_id": env.uid,
                "kind_id": kind.id,
                "planned_start": f"{start} 07:00:00",
                "planned_stop": f"{start} 08:00:00",
            }
            for account in accounts_of(env)[:VISITS]
        ]
    )
    env.flush_all()


def day(world, *, full):
    """Return a side that reads the visits of today."""

    def once():
        with world.env("history") as env:
            env = in_company(env)
            with cost(env.cr) as found:
                if full:
                    env["kam.visit"].screen_day()
                else:
                    env["kam.visit"].web_search_read(
                        [("user_id", "=", env.uid)],
                        {"account_id": {"fields": {"display_name": {}}}},
                        limit=VISITS,
                    )
        return found

    return once


def run(world):
    """Return the rows of the table."""
    with world.env("history", keep=True) as env:
        env = in_company(env)
        missing = ACCOUNTS - env["kam.account"].search_count([])
        if missing > 0:
            make_accounts(env, missing)
        count = len(accounts_of(env))
        plan(env)
    topics = race(
        {"sql": lambda: bare(world), "ours": lambda: agendas(world)}, world.rounds
    )
    days = race(
        {"names": day(world, full=False), "ours": day(world, full=True)}, world.rounds
    )
    return [
        row(
            f"agendas of {count} accounts, beside SQL of invoices, orders and lines",
            topics["ours"],
            topics["sql"],
        ),
        row(
            f"my day with {VISITS} visits and the calls, beside names only",
            days["ours"],
            days["names"],
        ),
    ]
