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
    """Record the facts of the documents that are there already."""
    env["kam.genesis"]._run()
    env["kam.fact"]._catch_up_soon()
