"""Samples of the event-sourced models of terms: approvals, columns, policies."""


def _account(env):
    partner = env["res.partner"].create({"name": "Sample terms", "is_company": True})
    return env["kam.account"].create(
        {
            "partner_id": partner.id,
            "owner_ids": [(0, 0, {"user_id": env.ref("base.user_admin").id})],
        }
    )


def _approval(env):
    account = _account(env)
    head = env["res.users"].create(
        {
            "name": "Sample head",
            "login": f"head{env['res.users'].search_count([])}",
            "group_ids": [
                (4, env.ref("base.group_user").id),
                (4, env.ref("kam_management.group_kam_head").id),
            ],
        }
    )
    account.head_id = head
    approvals = env(user=env.ref("base.user_admin").id)["kam.approval"]
    approval_id = approvals.ask(
        "discount",
        "kam.account",
        account.id,
        {"amount": "100.00", "percent": "12"},
        "A sample",
        "2099-12-31",
    )
    return env["kam.approval"].browse(approval_id)


def _approval_rule(env):
    return env["kam.approval.rule"].create({"kind": "discount", "amount_to": 500})


def _column(env):
    pricelist = env["product.pricelist"].create({"name": "Sample"})
    return env["kam.price.column"].create(
        {"name": "Sample", "rank": 1, "pricelist_id": pricelist.id}
    )


def _policy(env):
    return env["kam.price.policy"].create(
        {
            "name": "Sample",
            "condition_ids": [(0, 0, {"column_id": _column(env).id, "turnover": 10})],
            "allowance_ids": [(0, 0, {"account_class": "A", "free_percent": 3})],
        }
    )


def _grant(env):
    account = _account(env)
    day = str(env.company._kam_today())
    ids = account.sudo(False).grant_column(
        _column(env).id, "agreement", "A sample", day, None
    )
    return env["kam.price.grant"].browse(ids)


SAMPLES = {
    "kam.approval": _approval,
    "kam.approval.rule": _approval_rule,
    "kam.price.column": _column,
    "kam.price.grant": _grant,
    "kam.price.policy": _policy,
}
