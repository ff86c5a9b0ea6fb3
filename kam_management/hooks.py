"""What runs around installing and uninstalling."""


def pre_init_hook(env):
    """Make the columns on Odoo's big tables, so that no row is computed one by one.

    Empty columns are right: there is no key account yet. Those that come back from an
    older log fill them by one statement each.
    """
    for table in ("sale_order", "account_move"):
        env.cr.execute(
            f"""ALTER TABLE "{table}"
                ADD COLUMN IF NOT EXISTS kam_account_id integer,
                ADD COLUMN IF NOT EXISTS kam_user_id integer"""
        )


def post_init_hook(env):
    """Bring our rows back from an older log; record the facts of old documents."""
    env["kam.projector"]._restore()
    env["kam.visit"]._adopt_appointments()
    env["kam.genesis"]._run()
    env["kam.fact"]._catch_up_soon()


# what people made, or may have come to use: it outlives the addon
KEPT = (
    "account.move",
    "account.payment",
    "calendar.event",
    "crm.lead",
    "crm.team",
    "product.category",
    "product.product",
    "product.template",
    "res.partner",
    "res.users",
    "sale.order",
)


def uninstall_hook(env):
    """Leave the log, and whatever is not ours, as it is.

    Records of ours are not deleted one by one, which would be events; their tables go,
    and a reinstall makes them again from the log. Demonstration customers, orders and
    invoices stay like all others.
    """
    # an appointment goes with the model of its document; a visit's is to stay
    env.cr.execute(
        "UPDATE calendar_event SET res_model_id = NULL WHERE res_model = 'kam.visit'"
    )
    env.cr.execute("DROP TABLE IF EXISTS kam_kpi_order_queue")  # of no model
    models = (*KEPT, *env["kam.projector"]._models())
    env["ir.model.data"].search(
        [
            ("module", "=", "kam_management"),
            ("model", "in", models),
        ]
    ).unlink()
