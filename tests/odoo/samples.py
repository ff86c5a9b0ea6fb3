"""One record of every event-sourced model, for tests made from the registry.

A new model without a sample here fails these tests: it cannot be forgotten.
"""


def _account(env):
    partner = env["res.partner"].create({"name": "Sample", "is_company": True})
    return env["kam.account"].create(
        {
            "partner_id": partner.id,
            "needs": "Rye",
            "owner_ids": [(0, 0, {"user_id": env.ref("base.user_admin").id})],
        }
    )


def _delegation(env):
    substitute = env["res.users"].create(
        {"name": "Substitute", "login": f"sample{env['res.users'].search_count([])}"}
    )
    today = env.company._kam_today()
    return env["kam.delegation"].create(
        {
            "user_id": env.ref("base.user_admin").id,
            "substitute_id": substitute.id,
            "date_from": today,
            "date_to": today,
            "account_ids": [(6, 0, _account(env).ids)],
        }
    )


def _segment(env):
    number = env["kam.segment"].with_context(active_test=False).search_count([])
    return env["kam.segment"].create({"name": f"Sample {number}"})


SAMPLES = {
    "kam.account": _account,
    "kam.delegation": _delegation,
    "kam.segment": _segment,
}


def sample(env, name):
    """Return a new record of the event-sourced model ``name``."""
    if name not in SAMPLES:
        raise AssertionError(f"add a sample of {name} to tests/odoo/samples.py")
    return SAMPLES[name](env)
