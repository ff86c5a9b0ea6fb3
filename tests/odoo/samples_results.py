"""Samples of results, plans and pay: see samples."""

from datetime import date
from decimal import Decimal

from odoo.addons.kam_management.kam_core.pay.statements import Close


def _kpi(env):
    number = env["kam.kpi"].with_context(active_test=False).search_count([])
    return env["kam.kpi"].create({"code": f"sample{number}", "name": "Sample"})


def _target(env):
    return env["kam.target"].create(
        {
            "kpi_id": env["kam.kpi"]._by_code("net_sales").id,
            "user_id": env.ref("base.user_admin").id,
            "plan": 1000,
            "note": "As last year",
        }
    )


def _scheme(env):
    return env["kam.pay.scheme"].create(
        {
            "name": "Sample",
            "base": 1000,
            "commission_base": "value",
            "user_ids": [(6, 0, env.ref("base.user_admin").ids)],
            "line_ids": [(0, 0, {"kpi_id": env["kam.kpi"]._by_code("net_sales").id})],
            "step_ids": [(0, 0, {"rate": 0.05})],
            "debt_ids": [(0, 0, {"up_to": 0.1, "coefficient": 1})],
        }
    )


def _signed(env):
    """Return a scheme that was signed; the next edition is being written."""
    scheme = _scheme(env)
    scheme.activate("2026-01-01")
    scheme.with_user(env.ref("base.user_admin")).sign()
    scheme.revise()
    return scheme


def _statement(env):
    """Return a closed statement with an objection."""
    admin = env.ref("base.user_admin")
    statement = env["kam.pay.statement"].create(
        {
            "scheme_id": _scheme(env).id,
            "user_id": admin.id,
            "date_from": "2026-01-01",
            "date_to": "2026-03-31",
            "absent_days": 1,
        }
    )
    one = Decimal(1)
    statement._command(Close(one, one, one, 1, 1, "digest", "{}", date(2026, 4, 2)))
    statement.with_user(admin).object_to("Why so little?")
    return statement


SAMPLES = {
    "kam.pay.scheme": _signed,
    "kam.pay.statement": _statement,
    "kam.kpi": _kpi,
    "kam.target": _target,
}
