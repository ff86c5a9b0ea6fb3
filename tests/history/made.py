"""Rows and documents made for tests."""

from datetime import datetime

from history.retail import Row


def row(number, quantity, price, customer="1", code="22423", day="2011-03-01", **other):
    """Return a row; the price in pounds as text of at most three decimals."""
    whole, _, rest = str(price).partition(".")
    sign = -1 if whole.startswith("-") else 1
    thousandths = sign * (abs(int(whole)) * 1000 + int(rest.ljust(3, "0")))
    values = {
        "number": number,
        "code": code,
        "description": code.title(),
        "quantity": quantity,
        "when": datetime.fromisoformat(f"{day}T10:00"),
        "price": thousandths,
        "customer": customer,
        "country": "United Kingdom",
    }
    return Row(**(values | other))
