"""Exact amounts in whole pence, rounded as Odoo rounds a line.

Prices in the file have up to three decimals, so they are kept in thousandths of a
pound and amounts in pence: whole numbers add up exactly and sort fast.
"""

VAT_PERCENT = 20


def half_up(numerator: int, denominator: int) -> int:
    """Return numerator / denominator rounded half away from zero, as Odoo does."""
    quotient, rest = divmod(abs(numerator), denominator)
    if rest * 2 >= denominator:
        quotient += 1
    return quotient if numerator >= 0 else -quotient


def subtotal(quantity: int, price: int) -> int:
    """Return the line's amount without tax in pence.

    :param price: thousandths of a pound
    """
    return half_up(quantity * price, 10)


def vat(amount: int) -> int:
    """Return the tax in pence on one line's amount, rounded per line."""
    return half_up(amount * VAT_PERCENT, 100)


def pounds(pence: int) -> str:
    """Return pence as a decimal number of pounds, for SQL and for people."""
    sign = "-" if pence < 0 else ""
    whole, rest = divmod(abs(pence), 100)
    return f"{sign}{whole}.{rest:02d}"


def price_text(price: int) -> str:
    """Return thousandths of a pound as a decimal number."""
    sign = "-" if price < 0 else ""
    whole, rest = divmod(abs(price), 1000)
    return f"{sign}{whole}.{rest:03d}"
