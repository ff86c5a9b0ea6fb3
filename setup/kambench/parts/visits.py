"""Generating weeks and opening the board, beside the bare SQL that each needs."""

import datetime as dt

from kambench.figures import row
from kambench.meter import cost, race

MANAGERS, ACCOUNTS, VISITS = 20, 2000, 200_000
FIRST, LAST = "2024-01-01", "2026-02-28"
# rows as the log would project them; what is measured only reads
MADE = """
INSERT INTO kam_visit (event_key, account_id, company_id, user_id, kind_id, partner_id,
                       planned_start, planned_stop, state, plan_status, replans,
                       finished_at, create_uid, write_uid, create_date, write_date)
SELECT gen_random_uuid()::text, a.id, a.company_id, o.user_id, %(kind)s, a.partner_id,
       t.start, t.start + interval '1 hour',
       CASE WHEN n %% 13 = 0 THEN 'missed' WHEN n %% 17 = 0 THEN 'cancelled'
            ELSE 'done' END,
       CASE WHEN n %% 5 = 0 THEN 'off_plan' ELSE 'committed' END,
       CASE WHEN n %% 11 = 0 THEN 1 END,
       CASE WHEN n %% 13 <> 0 AND n %% 17 <> 0 THEN t.start + interval '1 hour' END,
       1, 1, now(), now()
  FROM generate_series(1, %(visits)s) n
  JOIN LATERAL (SELECT * FROM kam_account a WHERE a.id = (%(ids)s::int[])
                [1 + n %% array_length(%(ids)s::int[], 1)]) a ON TRUE
  JOIN kam_account_owner o ON o.account_id = a.id
  CROSS JOIN LATERAL (SELECT timestamp '2024-01-01 08:00'
                      + (n %% 789) * interval '1 day'
                      + (n %% 8) * interval '1 hour' AS start) t
"""
COUNTS = """
SELECT user_id, count(*) FILTER (WHERE state <> 'cancelled'),
       count(*) FILTER (WHERE state = 'done'), count(*) FILTER (WHERE state = 'missed'),
       count(*) FILTER (WHERE replans > 0),
       count(*) FILTER (WHERE state = 'done' AND plan_status = 'off_plan')
  FROM kam_visit
 WHERE company_id = %s AND planned_start >= %s
   AND planned_start < %s::timestamp + interval '1 day'
 GROUP BY user_id
"""
# the orders that follow a visit: each belongs to the nearest visit before it
SOLD = """
SELECT v.user_id, count(DISTINCT v.id), count(*), sum(l.lines), sum(s.amount_untaxed)
  FROM sale_order s
  JOIN LATERAL (SELECT v.id, v.user_id, v.finished_at FROM kam_visit v
                 WHERE v.account_id = s.kam_account_id AND v.state = 'done'
                   AND v.finished_at <= s.date_order
                 ORDER BY v.finished_at DESC LIMIT 1) v
    ON s.date_order <= v.finished_at + interval '3 days'
 CROSS JOIN LATERAL (SELECT count(*) AS lines FROM sale_order_line l
                      WHERE l.order_id = s.id AND l.display_type IS NULL) l
 WHERE s.state = 'sale' AND s.company_id = %s AND s.date_order >= %s
   AND s.date_order < %s::timestamp + interval '4 days'
 GROUP BY 1
"""
# the accounts visited in the period
COVERED = """
SELECT o.user_id, count(*), count(*) FILTER (WHERE EXISTS (
           SELECT FROM kam_visit v WHERE v.account_id = a.id AND v.state = 'done'
              AND v.finished_at >= %s
              AND v.finished_at < %s::timestamp + interval '1 day'))
  FROM kam_account a JOIN kam_account_owner o ON o.account_id = a.id
 WHERE a.company_id = %s GROUP BY 1
"""
# copies of one order made by Odoo, a day after every fifth visit
ORDERED = """
INSERT INTO sale_order
SELECT (jsonb_populate_record(o, jsonb_build_object(
           'id', nextval('sale_order_id_seq'), 'name', 'BENCH' || v.id,
           'partner_id', v.partner_id, 'partner_invoice_id', v.partner_id,
           'partner_shipping_id', v.partner_id, 'kam_account_id', v.account_id,
           'access_token', NULL,
           'date_order', v.finished_at + interval '1 day', 'state', 'sale'))).*
  FROM kam_visit v JOIN sale_order o ON o.id = %(order)s
 WHERE v.state = 'done' AND v.id %% 5 = 0
"""
LINES = """
INSERT INTO sale_order_line
SELECT (jsonb_populate_record(l, jsonb_build_object(
           'id', nextval('sale_order_line_id_seq'), 'order_id', s.id,
           'order_partner_id', s.partner_id, 'state', 'sale'))).*
  FROM sale_order s JOIN sale_order_line l ON l.order_id = %(order)s
 WHERE s.name LIKE 'BENCH%%'
"""
DUE = """
SELECT a.id, o.user_id, (SELECT max(v.finished_at) FROM kam_visit v
                          WHERE v.account_id = a.id AND v.state = 'done')
  FROM kam_account a JOIN kam_account_owner o ON o.account_id = a.id
 WHERE a.company_id = %s
"""


def next_monday():
    """Return the Monday of next week: nothing is planned into the past."""
    today = dt.datetime.now(dt.timezone.utc).date()
    return today + dt.timedelta(days=7 - today.weekday())


def managers(env):
    """Return the users that the accounts belong to, made once."""
    found = env["res.users"].search([("login", "like", "bench_kam_%")])
    group = env.ref("kam_management.group_kam_user").id
    return found or env["res.users"].create(
        [
            {
                "name": f"Manager {n}",
                "login": f"bench_kam_{n}",
                "tz": "Europe/Berlin",
                "group_ids": [(4, group)],
            }
            for n in range(MANAGERS)
        ]
    )


def prepare(env):
    """Make managers, accounts and a long history of visits, once."""
    users = managers(env)
    if env["kam.visit"].search_count([], limit=1):
        return users
    partners = env["res.partner"].create(
        [
            {"name": f"Visited {n}", "is_company": True, "city": f"Town {n % 50}"}
            for n in range(ACCOUNTS)
        ]
    )
    accounts = env["kam.account"]
    for n, user in enumerate(users):
        ids = partners[n::MANAGERS].ids
        owner = [{"user_id": user.id}]
        found = accounts.designate(ids, "ABCDE"[n % 5], "Bench", "2024-01-01", owner)
        accounts += accounts.browse(found)
    env.flush_all()
    env["kam.event.store"]._open_projection()
    kind = env["kam.visit.kind"]._default_kind().id
    env.cr.execute(MADE, {"kind": kind, "visits": VISITS, "ids": accounts.ids})
    order(env, partners[0])
    for table in (
        "kam_visit",
        "kam_account",
        "kam_account_owner",
        "sale_order",
        "sale_order_line",
    ):
        env.cr.execute(f'ANALYZE "{table}"')
    env.invalidate_all()
    return users


def order(env, partner):
    """Make the orders that followed visits, as copies of one."""
    product = env["product.product"].create({"name": "Bench", "list_price": 10})
    made = env["sale.order"].create(
        {
            "partner_id": partner.id,
            "order_line": [(0, 0, {"product_id": product.id}) for _line in range(2)],
        }
    )
    env.flush_all()
    for query in (ORDERED, LINES):
        env.cr.execute(query, {"order": made.id})


def board(world):
    """Open the board over all of the history."""
    with world.env() as env, cost(env.cr) as found:
        answer = env["kam.visit"].team_board(FIRST, LAST)
    if not answer["total"]["productive"]:
        raise ValueError("no visit was followed by an order: this measured little")
    return found


def bare_board(world):
    """Count visits, orders and accounts visited, without rights."""
    with world.env() as env, cost(env.cr) as found:
        for query, values in (
            (COUNTS, [env.company.id, FIRST, LAST]),
            (SOLD, [env.company.id, FIRST, LAST]),
            (COVERED, [FIRST, LAST, env.company.id]),
        ):
            env.cr.execute(query, values)
            env.cr.fetchall()
    return found


def generate(world):
    """Generate the week of all managers."""
    with world.env() as env:
        users = managers(env)
        with cost(env.cr) as found:
            plan = env["kam.week"].generate(users.ids, next_monday().isoformat())
    if not plan["proposals"]:
        raise ValueError("nobody was due: this measured nothing")
    return found


def bare_due(world):
    """Look up the last visits alone."""
    with world.env() as env, cost(env.cr) as found:
        env.cr.execute(DUE, [env.company.id])
        env.cr.fetchall()
    return found


def run(world):
    """Return the rows of the table."""
    with world.env(keep=True) as env:
        prepare(env)
    boards = race(
        {"sql": lambda: bare_board(world), "ours": lambda: board(world)}, world.rounds
    )
    weeks = race(
        {"sql": lambda: bare_due(world), "ours": lambda: generate(world)}, world.rounds
    )
    return [
        row(
            f"team board over {VISITS} visits, beside the bare SQL",
            boards["ours"],
            boards["sql"],
            want={"kind": "ratio", "limit": 3},
        ),
        row(
            f"week of {MANAGERS} managers with {ACCOUNTS} accounts, beside last visits",
            weeks["ours"],
            weeks["sql"],
        ),
    ]
