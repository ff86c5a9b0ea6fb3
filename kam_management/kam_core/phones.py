"""Telephone numbers of customers: what is wrong with one, and which are shared.

Parsing is the library's (``phonenumbers``, through Odoo); here are the rules around it.
"""

from .record import _

# what the library finds wrong -> how it is mended
MENDS = {
    "country": _("choose the country of the address, or begin with + and its code"),
    "short": _("digits are missing"),
    "long": _("it has too many digits"),
    "prefix": _("no number begins like this in that country; look at the area code"),
    "text": _("write digits only, beginning with + and the code of the country"),
}


def problem_of(possible, valid, has_country):
    """Return the key of :data:`MENDS` for what is wrong; None for a good number.

    :param possible: ``ok``, ``short``, ``long``, ``country`` or ``text``: what the
        library says of the length and the form
    :param valid: the library knows a range of numbers that it lies in
    :param has_country: the number says its country, or its address does
    """
    if possible == "ok":
        return None if valid else "prefix"
    if possible in ("country", "text") and not has_country:
        return "country"
    return "text" if possible == "country" else possible


def shared(entries):
    """Return {number: customers} of the numbers that more than one customer has.

    The people of one customer may share its switchboard: that is no duplicate.

    :param entries: list of (number as E.164, id of the commercial partner)
    """
    by_number = {}
    for number, customer_id in entries:
        if number:
            by_number.setdefault(number, set()).add(customer_id)
    return {number: held for number, held in by_number.items() if len(held) > 1}
