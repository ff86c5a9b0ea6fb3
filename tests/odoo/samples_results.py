"""Samples of results, plans and pay: see samples."""


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


SAMPLES = {"kam.kpi": _kpi, "kam.target": _target}
