"""The wholesaler's company: pounds, British VAT, a bank journal, its sales people."""

from dataclasses import dataclass

from odoo.fields import Command

from .errors import LoadError

SALES_NAMES = [
    "Amelia Clarke",
    "Ben Foster",
    "Chloe Grant",
    "Daniel Hughes",
    "Emma Jenkins",
    "Finn Lawson",
    "Grace Morris",
    "Harry Norton",
]


@dataclass
class Books:
    """What documents of the company refer to."""

    env: object  # bound to the company, as the user who loads
    company: object
    bank: object
    tax: object
    abroad: object  # fiscal position: no VAT
    term: object
    at_once: object
    users: object
    counter_user: object  # sells at the counter; nobody when there are no sales users


def refuse_unfit(env, name: str) -> None:
    """Say why the history cannot go into this database, if it cannot."""
    missing = [
        module
        for module, model in (
            ("account", "account.payment.register"),
            ("sale", "sale.order"),
        )
        if model not in env
    ]
    if missing:
        raise LoadError(
            f"The database lacks the module {' and '.join(missing)}: install "
            "sale_management and account first."
        )
    if env["res.company"].sudo().search_count([("name", "=", name)]):
        raise LoadError(
            f"The company {name} is there already, so the history was loaded before: "
            "take another database, or another name with --company."
        )


def make_books(env, name: str, salespeople: int) -> Books:
    """Create the company with Odoo's own chart of accounts and return its books."""
    refuse_unfit(env, name)
    pound, country = env.ref("base.GBP"), env.ref("base.uk")
    # install_mode: creating a British company must not install l10n_uk and commit
    company = (
        env["res.company"]
        .with_context(install_mode=True)
        .create({"name": name, "currency_id": pound.id, "country_id": country.id})
    )
    env["account.chart.template"].with_context(install_mode=True).try_loading(
        "generic_coa", company, install_demo=False
    )
    # the general chart makes an American company of it: turn it back
    company.with_context(install_mode=True).write(
        {
            "currency_id": pound.id,
            "country_id": country.id,
            "account_fiscal_country_id": country.id,
            "tax_calculation_rounding_method": "round_per_line",
        }
    )
    if not company.chart_template or company.currency_id != pound:
        raise LoadError(
            f"Odoo could not set up {name} with the general chart of accounts in "
            "GBP: update the module account and try again."
        )
    env.user.sudo().company_ids |= company
    env = env(context={**env.context, "allowed_company_ids": company.ids})
    company = company.with_env(env)
    if "stock.warehouse" in env and not env["stock.warehouse"].search_count(
        [("company_id", "=", company.id)]
    ):
        env["stock.warehouse"].create(
            {"name": name, "code": "WH", "company_id": company.id}
        )
    abroad = _british_tax(env, company, country)
    bank = env["account.journal"].search(
        [("company_id", "=", company.id), ("type", "=", "bank")], limit=1
    )
    methods = bank.inbound_payment_method_line_ids
    methods |= bank.outbound_payment_method_line_ids
    # receipts go to the bank account at once: no statements are loaded to clear them
    methods.payment_account_id = bank.default_account_id
    team = env["crm.team"].create({"name": name, "company_id": company.id})
    users = _sales_users(env, company, team, salespeople)
    return Books(
        env,
        company,
        bank,
        company.account_sale_tax_id,
        abroad,
        env.ref("account.account_payment_term_30days"),
        env.ref("account.account_payment_term_immediate"),
        users[:salespeople],
        users[salespeople:],
    )


def _british_tax(env, company, country):
    """Make the chart's taxes British, 20 %; return the fiscal position abroad."""
    own = [("company_id", "=", company.id)]
    taxes = env["account.tax"].with_context(active_test=False).search(own)
    env["account.tax.group"].search(own).write({"country_id": country.id})
    positions = env["account.fiscal.position"].search(own)
    positions.filtered("country_id").write({"country_id": country.id})
    taxes.write({"country_id": country.id})
    for tax in company.account_sale_tax_id | company.account_purchase_tax_id:
        tax.tax_group_id.name = "VAT 20%"
        tax.write({"name": "20%", "description": "20%", "amount": 20.0})
    abroad = positions.filtered(lambda position: not position.country_id)[:1]
    sale_tax = company.account_sale_tax_id
    if not abroad or any(tax.amount for tax in abroad.map_tax(sale_tax)):
        raise LoadError(
            "The general chart of accounts has no fiscal position that frees exports "
            "of tax: update the module account and try again."
        )
    return abroad


def _sales_users(env, company, team, count: int):
    """Create sales people with Odoo's salesman group; they have no password yet.

    One more, the last, sells at the counter, so that no sales person owns those.
    """
    if not count:
        return env["res.users"]
    names = [SALES_NAMES[i % len(SALES_NAMES)] for i in range(count)]
    names = [
        name if i < len(SALES_NAMES) else f"{name} {i // len(SALES_NAMES) + 1}"
        for i, name in enumerate(names)
    ]
    group = env.ref("sales_team.group_sale_salesman")
    users = (
        env["res.users"]
        .with_context(no_reset_password=True)
        .create(
            [
                {
                    "name": name,
                    "login": f"{login}.company{company.id}",
                    "email": f"{login}.company{company.id}@example.com",
                    "company_id": company.id,
                    "company_ids": [Command.set(company.ids)],
                    "group_ids": [Command.link(group.id)],
                    "tz": "Europe/London",
                }
                for login, name in [
                    *((f"sales{i}", name) for i, name in enumerate(names, start=1)),
                    ("counter", "Shop counter"),
                ]
            ]
        )
    )
    team.member_ids = [Command.set(users.ids)]
    return users
