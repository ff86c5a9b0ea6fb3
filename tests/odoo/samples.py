"""One record of every event-sourced model, for tests made from the registry.

A new model without a sample here fails these tests: it cannot be forgotten.
"""

from . import samples_results, samples_terms, samples_visits


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


def _act(env):
    partner = env["res.partner"].create({"name": "Sample", "is_company": True})
    return env["kam.act"].create(
        {
            "partner_id": partner.id,
            "date_from": "2026-01-01",
            "date_to": "2026-01-31",
            "agreement": "Contract 7",
        }
    )


def _segment(env):
    number = env["kam.segment"].with_context(active_test=False).search_count([])
    return env["kam.segment"].create({"name": f"Sample {number}"})


def _invoice(env, partner):
    """Return a posted invoice; the chart of accounts is loaded when none is."""
    if not env["account.journal"].search(
        [("type", "=", "sale"), ("company_id", "=", env.company.id)]
    ):
        env["account.chart.template"].try_loading("generic_coa", env.company)
    line = {"name": "Goods", "price_unit": 100, "tax_ids": [(5, 0, 0)]}
    move = env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": partner.id,
            "invoice_date": env.company._kam_today(),
            "invoice_line_ids": [(0, 0, line)],
        }
    )
    move.action_post()
    return move


def _promise(env):
    partner = _account(env).partner_id
    move = _invoice(env, partner)
    return env["kam.promise"].create(
        {
            "partner_id": partner.id,
            "amount": 100,
            "currency_id": move.currency_id.id,
            "date_promised": env.company._kam_today(),
            "move_ids": [(6, 0, move.ids)],
            "note": "By Friday",
        }
    )


def _dispute(env):
    partner = _account(env).partner_id
    move = _invoice(env, partner)
    reason = env.ref("kam_management.kam_dispute_reason_price")
    return env["kam.dispute"].create(
        {
            "partner_id": partner.id,
            "currency_id": move.currency_id.id,
            "reason_id": reason.id,
            "description": "Old price on the invoice",
            "line_ids": [(0, 0, {"move_id": move.id, "amount": 40})],
        }
    )


def _kpi(env):
    number = env["kam.kpi"].with_context(active_test=False).search_count([])
    return env["kam.kpi"].create({"code": f"sample{number}", "name": "Sample"})


def _need(env):
    return env["kam.need"].create(
        {"account_id": _account(env).id, "name": "Rye by six", "kind": "need"}
    )


def _credit_terms(env):
    partner = env["res.partner"].create({"name": "Sample", "is_company": True})
    terms = env["kam.credit.terms"]
    return terms.browse(terms.set_terms(partner.ids, {"credit_limit": 100}, "A sample"))


def _credit_group(env):
    number = env["kam.credit.group"].with_context(active_test=False).search_count([])
    group = env["kam.credit.group"].create({"name": f"Sample {number}"})
    group.set_limit(500, reason="A sample")
    return group


def _credit_rule(env):
    number = env["kam.credit.rule"].with_context(active_test=False).search_count([])
    return env["kam.credit.rule"].create(
        {"kind": "limit_used", "threshold": number, "severity": "warn", "active": False}
    )


def _order(env):
    partner = env["res.partner"].create({"name": "Sample", "is_company": True})
    product = env["product.product"].search([("sale_ok", "=", True)], limit=1)
    return env["sale.order"].create(
        {"partner_id": partner.id, "order_line": [(0, 0, {"product_id": product.id})]}
    )


def _credit_queue(env):
    order = _order(env)
    order.kam_wait("A sample")
    return order.kam_queue_ids


def _order_closing(env):
    order = _order(env)
    return env["kam.order.closing"].create(
        {"order_id": order.id, "company_id": order.company_id.id}
    )


def _reliability_item(env):
    return env["kam.reliability.item"].create({"name": "Sample"})


def _reliability_check(env):
    partner = env["res.partner"].create({"name": "Sample", "is_company": True})
    return env["kam.reliability.check"].create({"partner_id": partner.id})


def _export(env):
    return env["kam.export"].create(
        {
            "user_id": env.uid,
            "company_id": env.company.id,
            "at": "2026-01-02 03:04:05",
            "kind": "list",
            "subject": "kam.account",
            "parameters": '{"records": 3}',
            "columns": "partner_id,needs",
            "row_count": 3,
        }
    )


def _contact(env):
    return env["kam.collection.contact"].create(
        {
            "partner_id": _account(env).partner_id.id,
            "result": "will_check",
            "note": "Asks the warehouse",
        }
    )


def _reminder(env):
    partner = _account(env).partner_id
    move = _invoice(env, partner)
    debt = move.line_ids.filtered(
        lambda one: one.account_id.account_type == "asset_receivable"
    )
    stage = env.ref("kam_management.kam_reminder_stage_1")
    item = {
        "move_id": move.id,
        "line_id": debt.id,
        "stage_id": stage.id,
        "date_due": debt.date_maturity,
        "amount": 100,
    }
    return env["kam.reminder"].create(
        {
            "partner_id": partner.id,
            "currency_id": move.currency_id.id,
            "stage_id": stage.id,
            "item_ids": [(0, 0, item)],
        }
    )


SAMPLES = {
    "kam.account": _account,
    "kam.need": _need,
    "kam.credit.group": _credit_group,
    "kam.credit.queue": _credit_queue,
    "kam.credit.rule": _credit_rule,
    "kam.credit.terms": _credit_terms,
    "kam.act": _act,
    "kam.delegation": _delegation,
    "kam.dispute": _dispute,
    "kam.promise": _promise,
    "kam.export": _export,
    "kam.kpi": _kpi,
    "kam.order.closing": _order_closing,
    "kam.reliability.check": _reliability_check,
    "kam.reliability.item": _reliability_item,
    "kam.collection.contact": _contact,
    "kam.reminder": _reminder,
    "kam.segment": _segment,
}


SAMPLES |= samples_visits.SAMPLES | samples_terms.SAMPLES
SAMPLES |= samples_results.SAMPLES


def sample(env, name):
    """Return a new record of the event-sourced model ``name``."""
    if name not in SAMPLES:
        raise AssertionError(f"add a sample of {name} to tests/odoo/samples.py")
    made = SAMPLES[name](env)
    env.cr.flush()  # facts of the documents it needs are recorded before, not later
    return made
