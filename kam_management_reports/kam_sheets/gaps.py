"""Months of a history: what was bought, and where it broke off."""


def gaps(values):
    """Return (cells, gaps, quiet) of a product's months.

    A month without purchase after the first one is a gap, and its cell is 0; months
    before the first purchase stay empty.

    :param values: amounts in the order of months; None or 0: nothing bought
    :return: the cells; how many gaps lie between purchases; how many months at the end
        were without
    """
    bought = [place for place, one in enumerate(values) if one]
    if not bought:
        return [None] * len(values), 0, 0
    first, last = bought[0], bought[-1]
    cells = [(one or 0) if place >= first else None for place, one in enumerate(values)]
    return cells, last - first + 1 - len(bought), len(values) - 1 - last
