"""What an approval is about, in figures: a measure, and whether one covers another.

A measure is a dict of codes. A value that reads as a decimal is an upper limit (an
amount, a percentage, days, a quantity); any other text must be the same (a currency, an
id written ``#7``, or whatever a key ending in
``_id`` names); a dict within is compared key by key. So one rule serves discounts,
columns, credit and terms:

    {"currency": "EUR", "amount": "120.00",
     "lines": {"#31": {"percent": "12.5", "quantity": "40"}}}
"""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation

from .record import DomainError, _

DEPTH, SIZE = 4, 100_000


class MeasureWrong(DomainError):
    """A measure that is no dict of codes, or an empty one."""

    code = "measure_wrong"
    message = _(
        "“Measure” is an object of figures and codes, such as"
        " {“amount”: “120.00”, “currency”: “EUR”}."
    )


def encode(measure):
    """Return a measure as canonical text.

    :param measure: dict of texts, whole numbers and dicts of them; amounts as decimal
        text, a float is taken as it is written
    :raises MeasureWrong: anything else, nothing in it, or more than it may hold
    """
    if not isinstance(measure, dict) or not measure:
        raise MeasureWrong()
    text = json.dumps(_clean(measure, DEPTH), sort_keys=True)
    if len(text) > SIZE:
        raise MeasureWrong()
    return text


def decode(text):
    """Return the measure of a canonical text; empty for none."""
    return json.loads(text) if text else {}


def _clean(value, depth):
    match value:
        case dict() if depth and all(isinstance(key, str) for key in value):
            return {key: _clean(one, depth - 1) for key, one in value.items()}
        case bool():
            raise MeasureWrong()
        case str() if value.isprintable():
            return value
        case int() | float() | Decimal():
            number = limit(str(value))
            if number is not None:
                return format(number, "f")
    raise MeasureWrong()


def limit(value):
    """Return a value as a Decimal, None when it is a code.

    :param value: text of a measure
    """
    if not isinstance(value, str):
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) < 30 else None


def covers(granted, asked):
    """Tell whether what was granted is at least what is asked.

    A key that was not granted covers nothing; one that is no more asked is no harm.

    >>> covers({"amount": "120.00", "currency": "EUR"},
    ...        {"amount": "119.5", "currency": "EUR"})
    True
    """
    if isinstance(asked, dict):
        return isinstance(granted, dict) and all(
            key in granted
            and (
                granted[key] == one
                if key.endswith("_id")
                else covers(granted[key], one)
            )
            for key, one in asked.items()
        )
    most, wanted = limit(granted), limit(asked)
    if most is not None and wanted is not None:
        return wanted <= most
    return granted == asked


def covers_finding(granted, code, measure):
    """Tell whether a granted measure covers one finding.

    :param granted: measure of the approval: of one finding, or of several by code
    :param code: code of the finding
    :param measure: what the finding measured; an empty one asks nothing in figures
    """
    if isinstance(granted.get(code), dict):
        return covers(granted[code], measure)
    return bool(measure) and covers(granted, measure)


def figure(measure, name):
    """Return the greatest figure of that name in a measure, None without one.

    It routes a request: the amount and the percentage of the whole, or of its worst
    part.
    """
    found = []
    for key, value in measure.items():
        if isinstance(value, dict):
            found.append(figure(value, name))
        elif key == name:
            found.append(limit(value))
    return max((one for one in found if one is not None), default=None)


def least(measure, names):
    """Return the least figure of these names in a measure, zero without one."""
    found = [
        least(value, names) if isinstance(value, dict) else limit(value)
        for key, value in measure.items()
        if isinstance(value, dict) or key in names
    ]
    return min((one for one in found if one is not None), default=Decimal(0))


def amounts(measure, currency=None):
    """Yield (amount, currency) of a measure and its parts, each in its own currency.

    :param measure: as the caller gave it; what is no text is passed over
    :param currency: of what says none itself: that of the whole, else None

    >>> list(amounts({"a": {"amount": "5", "currency": "EUR"}, "amount": "1"}))
    [(Decimal('5'), 'EUR'), (Decimal('1'), None)]
    """
    given = measure.get("currency")
    currency = given if isinstance(given, str) else currency
    for key, value in measure.items():
        if isinstance(value, dict):
            yield from amounts(value, currency)
        elif key == "amount" and (amount := limit(value)) is not None:
            yield amount, currency


def capped(measure, **most):
    """Return a measure whose figures of these names are at most the values given.

    >>> capped({"percent": "15", "lines": {"#3": {"percent": "20"}}}, percent=18)
    {'percent': '15', 'lines': {'#3': {'percent': '18'}}}
    """
    out = {}
    for key, value in measure.items():
        if isinstance(value, dict):
            out[key] = capped(value, **most)
        elif key in most and most[key] is not None and (limit(value) or 0) > most[key]:
            out[key] = format(Decimal(most[key]), "f")
        else:
            out[key] = value
    return out


def parts(measure, name):
    """Yield (key, part) of the dicts of that name within a measure, at any depth."""
    for key, value in measure.items():
        if isinstance(value, dict):
            if key == name:
                yield from value.items()
            else:
                yield from parts(value, name)


def flat(measure):
    """Return the greatest figures and first codes of a measure, without its parts."""
    out = {}
    for value in (one for one in measure.values() if isinstance(one, dict)):
        inner = flat(value)
        out |= {key: one for key, one in inner.items() if key not in out}
    return out | {k: v for k, v in measure.items() if not isinstance(v, dict)}
