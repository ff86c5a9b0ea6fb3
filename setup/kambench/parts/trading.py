"""What the loaded history has to offer: its company, its days, accounts on it."""

COMPANY = "Online Retail Ltd"


def in_company(env):
    """Return the environment of the company whose history was loaded."""
    # sudo: the measurements are not about rights
    company = env["res.company"].sudo().search([("name", "=", COMPANY)])
    return env(context={"allowed_company_ids": company.ids})


def last_year(env):
    """Return (first day, last day) of the last twelve months traded, as texts."""
    env.cr.execute(
        """SELECT (date_trunc('month', max(invoice_date)) - interval '11 months')::date,
                  max(invoice_date)
             FROM account_move WHERE company_id = %s AND state = 'posted'""",
        [env.company.id],
    )
    return tuple(str(day) for day in env.cr.fetchone())


def make_accounts(env, count):
    """Create accounts for the customers with the most invoices, as far as there are."""
    env.cr.execute(
        """SELECT commercial_partner_id FROM account_move
            WHERE company_id = %s AND state = 'posted' AND move_type = 'out_invoice'
              AND commercial_partner_id NOT IN (SELECT partner_id FROM kam_account)
            GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT %s""",
        [env.company.id, count],
    )
    accounts = env["kam.account"].create(
        [
            {
                "partner_id": partner_id,
                "company_id": env.company.id,
                "owner_ids": [(0, 0, {"user_id": env.uid, "date_from": "2000-01-01"})],
            }
            for (partner_id,) in env.cr.fetchall()
        ]
    )
    env.flush_all()
    return accounts
