"""What the demonstration tells of prices: columns, who has which, what was asked."""

# name: (rank, percent below the list price)
COLUMNS = {"Retail": (1, 0), "Wholesale": (2, 8), "Distributor": (3, 15)}
# column: (turnover in the window, categories, paid in time %, term days, minimum order)
CONDITIONS = {
    "Wholesale": (12000, 2, 60, 45, 400),
    "Distributor": (45000, 3, 80, 45, 1500),
}
# class, or None for all: discount that is free to give below the column
FREE = {"A": 5, None: 3}
# customer: (column, basis, why, days until its end or None)
GRANTS = {
    "Grand Harbour Hotels": (
        "Distributor",
        "agreement",
        "Frame agreement, six houses",
        None,
    ),
    "Bellevue Restaurants": ("Wholesale", "policy", None, None),
    "Corner Bakery Chain": ("Wholesale", "policy", None, None),
    "Northline Catering": (
        "Wholesale",
        "exception",
        "Won back from a cheaper roaster",
        70,
    ),
    "Cascade Office Services": ("Wholesale", "agreement", "One bill a month", None),
    "Riverside Spa Hotel": ("Wholesale", "agreement", "Buys for the whole group", None),
}
# asked in the past: (customer, manager, percent, why, answer; refused when no order)
EARLIER = (
    ("Grand Harbour Hotels", "anna", 12, "The sixth house", True, "Once."),
    (
        "Corner Bakery Chain",
        "clara",
        10,
        "First order of printed cups",
        True,
        "Agreed.",
    ),
    (
        "Northline Catering",
        "david",
        18,
        "The airport asks for a price",
        True,
        "Try it.",
    ),
    (
        "Northline Catering",
        "david",
        22,
        "The airport asks again",
        False,
        "Not below cost.",
    ),
)
# waiting: (customer, manager, percent, why)
WAITING = ("Northline Catering", "david", 12, "Second blend for the airport, 40 cases")
