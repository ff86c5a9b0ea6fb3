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
    for table in ("kam_visit", "kam_account", "kam_account_owner"):
        env.cr.execute(f'ANALYZE "{table}"')
    env.invalidate_all()
    return users


def board(world):
    """Open the board over all of the history."""
    with world.env() as env, cost(env.cr) as found:
        env["kam.visit"].team_board(FIRST, LAST)
    return found


def bare_board(world):
    """Count the same, without rights."""
    with world.env() as env, cost(env.cr) as found:
        env.cr.execute(COUNTS, [env.company.id, FIRST, LAST])
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
            f"team board over {VISITS} visits, beside counting them",
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
