"""One record of each event-sourced model of visits."""

from datetime import datetime, timedelta


def _account(env):
    partner = env["res.partner"].create({"name": "Visited", "is_company": True})
    return env["kam.account"].create(
        {
            "partner_id": partner.id,
            "owner_ids": [(0, 0, {"user_id": env.ref("base.user_admin").id})],
        }
    )


def _visit(env, user=None):
    kind = env["kam.visit.kind"].search([], limit=1) or _kind(env)
    now = datetime.now().replace(microsecond=0)
    start = now + timedelta(days=8)
    return env["kam.visit"].create(
        {
            "account_id": _account(env).id,
            "user_id": (user or env.ref("base.user_admin")).id,
            "kind_id": kind.id,
            "planned_start": start,
            "planned_stop": start + timedelta(hours=1),
        }
    )


def _week(env):
    """A committed week, of a user of its own: a manager has one plan a week."""
    user = env["res.users"].create(
        {
            "name": "Planner",
            "login": f"sample{env['res.users'].search_count([])}",
            "group_ids": [(4, env.ref("kam_management.group_kam_director").id)],
        }
    )
    visit = _visit(env, user)
    monday = visit.planned_start.date()
    weeks = env["kam.week"].with_user(user)
    ids = weeks.commit(user.ids, monday.isoformat())
    return env["kam.week"].browse(ids)


def _kind(env):
    number = env["kam.visit.kind"].with_context(active_test=False).search_count([])
    return env["kam.visit.kind"].create({"name": f"Kind {number}"})


def _cadence(env):
    company = env["res.company"].create(
        {"name": f"Trade {env['res.company'].search_count([])}"}
    )
    return env["kam.cadence"].create(
        {"company_id": company.id, "account_class": "A", "interval_days": 7}
    )


def _account_cadence(env):
    return env["kam.account.cadence"].create(
        {"account_id": _account(env).id, "interval_days": 10, "place": "Gate 2"}
    )


SAMPLES = {
    "kam.account.cadence": _account_cadence,
    "kam.cadence": _cadence,
    "kam.visit": _visit,
    "kam.visit.kind": _kind,
    "kam.week": _week,
}
