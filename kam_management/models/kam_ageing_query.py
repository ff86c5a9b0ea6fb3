"""The open items as of a day: two statements, one from each memory.

*As it was*: Odoo's ledger of today, with the matches made later taken back. *As we knew
it then*: the facts of the log that were recorded up to a moment. Both give the same
columns; the rules they follow are in ``kam_core/receivables``.
"""

from dataclasses import dataclass
from datetime import date, datetime

from odoo import fields
from odoo.exceptions import UserError
from odoo.tools import SQL

from . import kam_ageing_sql as statements

BASES = ("due", "invoice")
OWNERS = ("then", "now")
SLOTS = 9  # not due, seven ranges, older


@dataclass(frozen=True, slots=True)
class Question:
    """What an ageing is asked for.

    :param as_of: last accounting day that counts, in the company's time zone
    :param known_at: naive UTC, to the second; None: as the ledger says it today
    :param base: ``due`` or ``invoice``: the day from which items age
    :param owner: key account manager ``now`` or ``then``, on ``as_of``
    :param currency_id: only documents in it, in its amounts; None: company currency
    """

    as_of: date
    known_at: datetime | None = None
    base: str = "due"
    owner: str = "now"
    currency_id: int | None = None


def question(env, asked=None):
    """Return the :class:`Question` of a dict as screens and integrations send it.

    :raises UserError: a value that cannot be
    """
    asked = asked or {}
    if not isinstance(asked, dict):
        raise UserError(env._("“kam_ageing” is an object; give “as_of”, “base” …"))
    try:
        as_of = fields.Date.to_date(asked.get("as_of")) or env.company._kam_today()
        known_at = fields.Datetime.to_datetime(asked.get("known_at")) or None
    except (TypeError, ValueError, AttributeError) as error:
        raise UserError(
            env._(
                "“As of” is a date such as 2026-03-31, “Known at” a time such as"
                " 2026-03-31 18:00:00."
            )
        ) from error
    if not 1900 <= as_of.year <= 2199:
        raise UserError(env._("“As of” is out of range: choose one from 1900 to 2199."))
    return Question(
        as_of,
        _known(env, known_at),
        _choice(env, asked, "base", BASES),
        _choice(env, asked, "owner", OWNERS[::-1]),
        _currency(env, asked.get("currency_id")),
    )


def _known(env, known_at):
    since = env["kam.fact"]._known_since() if known_at else None
    if known_at and (not since or known_at < since):
        raise UserError(
            env._(
                "What was known before %s is unknown: the event log begins then. Choose"
                " a later “Known at”, or “As it was”.",
                fields.Datetime.to_string(since) if since else env._("the log"),
            )
        )
    return known_at


def _choice(env, asked, name, choices):
    value = asked.get(name) or choices[0]
    if value not in choices:
        raise UserError(
            env._(
                "“%(name)s” is one of %(choices)s.",
                name=name,
                choices=", ".join(choices),
            )
        )
    return value


def _currency(env, currency_id):
    if not currency_id:
        return None
    if not isinstance(currency_id, int) or not 0 < currency_id < 2**31:
        raise UserError(env._("“Currency” is the id of a currency, as a number."))
    return currency_id


def source(asked, company_ids, *, lean=False):
    """Return the statement of all items that may be open.

    :param lean: without what names documents
    """
    ledger = statements.LEDGER_LEAN if lean else statements.LEDGER
    return SQL(
        ledger if asked.known_at is None else statements.KNOWN,
        as_of=asked.as_of,
        known_at=SQL("%s::timestamp", asked.known_at),
        base=asked.base,
        companies=list(company_ids),
    )


def items(env, asked):
    """Return the statement of open items, one row a journal item."""
    buckets, unallocated = env["kam.ageing.bucket"]._places()
    return SQL(
        statements.ITEMS,
        source=source(asked, env.companies.ids),
        buckets=SQL("%s::int[]", [*buckets, unallocated]),
        last=len(buckets) + 1,
        **_common(env, asked),
    )


def _common(env, asked):
    """Return what both statements are told alike."""
    foreign = "_currency" if asked.currency_id else ""
    bounds = env["kam.ageing.bucket"]._bounds()
    today = env.company._kam_today()
    return {
        "currency": SQL("%s::int", asked.currency_id),
        "as_of": SQL("%s::date", asked.as_of),
        "owner_day": asked.as_of if asked.owner == "then" else today,
        "amount": SQL.identifier("amount" + foreign),
        "opened": SQL.identifier("opened" + foreign),
        "crossed": SQL.identifier("crossed" + foreign),
        "only": SQL("document_currency_id = %s", asked.currency_id)
        if asked.currency_id
        else SQL("TRUE"),
        "firsts": SQL("%s::int[]", [1, *(one + 1 for one in bounds)]),
    }


def customers(env, asked):
    """Return the statement of the ageing, one row a customer."""
    common = _common(env, asked)
    buckets, _unallocated = env["kam.ageing.bucket"]._places()
    names = [SQL.identifier(f"slot_{place}") for place in range(SLOTS)]
    used = names[: len(buckets)]
    books = SQL(
        statements.BOOKS,
        sums=SQL(", ").join(
            SQL("sum(i.opened) FILTER (WHERE i.place = %s) AS %s", place, name)
            for place, name in enumerate(used)
        ),
        source=source(asked, env.companies.ids, lean=True),
        **common,
    )
    groups = SQL(
        statements.GROUPS,
        totals=SQL(", ").join(SQL("sum(b.%s) AS %s", name, name) for name in used),
        books=books,
        currency=common["currency"],
        # what was known then has its customers as they were then
        customer=SQL("p.commercial_partner_id")
        if asked.known_at is None
        else SQL("b.partner_id"),
    )
    return SQL(
        statements.CUSTOMERS,
        groups=groups,
        slots=SQL(", ").join(
            [SQL("coalesce(g.%s, 0) AS %s", name, name) for name in used]
            + [SQL("0::numeric AS %s", name) for name in names[len(used) :]]
        ),
        debts=SQL(" + ").join(SQL("coalesce(g.%s, 0)", name) for name in used),
        currency=common["currency"],
        owner_day=common["owner_day"],
    )


def balance(env, asked, account_query=None):
    """Return the statement of the ledger's balance: (currency id, amount as text).

    :param account_query: SQL of the ids of accounts it is narrowed to
    """
    partners = SQL("TRUE")
    if account_query is not None:
        partners = SQL(
            """p.commercial_partner_id IN (
                SELECT partner_id FROM kam_account WHERE id IN %s)""",
            account_query,
        )
    return SQL(
        statements.LEDGER_BALANCE
        if asked.known_at is None
        else statements.KNOWN_BALANCE,
        as_of=asked.as_of,
        known_at=SQL("%s::timestamp", asked.known_at),
        companies=env.companies.ids,
        currency=SQL("%s::int", asked.currency_id),
        partners=partners,
    )
