"""What the demonstration tells: a distributor of coffee, its people and customers.

Days are relative to today, so that the debts and plans are always live.
"""

SEED = 20
PACKS = 4  # the small trade of the story, in packs a line, times this

# login: (name, groups, member of the team)
PEOPLE = {
    "helen": ("Helen Brook", ("kam_head", "kam_margin"), True),
    "anna": ("Anna Keller", ("kam_user",), True),
    "ben": ("Ben Okafor", ("kam_user",), True),
    "clara": ("Clara Moreau", ("kam_user",), True),
    "david": ("David Lind", ("kam_user",), True),
    "diana": ("Diana Ross", ("kam_director", "kam_margin"), False),
    "carl": ("Carl Weiss", ("kam_credit",), False),
    "sam": ("Sam Park", ("kam_support",), False),
}
OTHER_GROUPS = {
    "carl": ("account.group_account_invoice",),
    "sam": ("sales_team.group_sale_salesman_all_leads",),
    "diana": ("account.group_account_readonly",),
}

SEGMENTS = ("Hotels", "Restaurants", "Offices", "Bakeries", "Shops")

# code: (name, category, list price, cost)
PRODUCTS = {
    "espresso": ("Espresso beans, 1 kg", "Coffee", 18.50, 11.20),
    "filter": ("Filter coffee, 1 kg", "Coffee", 14.90, 8.70),
    "decaf": ("Decaffeinated beans, 1 kg", "Coffee", 19.80, 12.60),
    "green_tea": ("Green tea, 100 bags", "Tea", 11.40, 6.10),
    "black_tea": ("Black tea, 100 bags", "Tea", 9.60, 5.00),
    "syrup": ("Vanilla syrup, 0.7 l", "Syrups", 7.90, 4.30),
    "oat": ("Oat drink, case of 6", "Syrups", 13.20, 9.40),
    "cups": ("Paper cups, 1000", "Tableware", 64.00, 41.00),
    "lids": ("Lids, 1000", "Tableware", 38.00, 22.50),
    "china": ("Espresso cups, set of 12", "Tableware", 52.00, 30.00),
    "grinder": ("Coffee grinder", "Machines", 690.00, 480.00),
    "machine": ("Espresso machine, 2 groups", "Machines", 4350.00, 3280.00),
}
BASKETS = {
    "Hotels": ("espresso", "decaf", "green_tea", "china", "black_tea"),
    "Restaurants": ("espresso", "filter", "syrup", "china"),
    "Offices": ("filter", "cups", "lids", "oat", "green_tea"),
    "Bakeries": ("espresso", "cups", "lids", "oat", "syrup"),
    "Shops": ("filter", "black_tea", "green_tea", "syrup"),
}

# name: (town, segment, class, manager, orders a year, packs a line, growth, days late)
# class None: a customer without an account; days late None: does not pay at the moment
CUSTOMERS = {
    "Grand Harbour Hotels": ("Seattle", "Hotels", "A", "anna", 10, 46, 1.25, 2),
    "Bellevue Restaurants": ("Bellevue", "Restaurants", "A", "ben", 9, 52, 1.10, 12),
    "Corner Bakery Chain": ("Portland", "Bakeries", "A", "clara", 10, 40, 1.45, -3),
    "Northline Catering": ("Spokane", "Restaurants", "A", "david", 8, 48, 0.85, 25),
    "Cascade Office Services": ("Tacoma", "Offices", "B", "anna", 6, 26, 1.05, 5),
    "Riverside Spa Hotel": ("Bend", "Hotels", "B", "anna", 5, 24, 0.95, 0),
    "Old Town Diners": ("Portland", "Restaurants", "B", "ben", 5, 25, 1.15, 8),
    "Maple Street Bakery": ("Eugene", "Bakeries", "B", "clara", 6, 20, 1.30, 4),
    "Harvest Food Market": ("Salem", "Shops", "B", "david", 5, 30, 0.70, 40),
    "Pine Lodge Resort": ("Boise", "Hotels", "B", "david", 4, 22, 1.00, None),
    "Lakeview Cafe": ("Olympia", "Restaurants", "C", "ben", 3, 12, 1.10, 3),
    "Sunrise Bakehouse": ("Salem", "Bakeries", "C", "clara", 4, 10, 1.20, 0),
    "Alder Law Offices": ("Seattle", "Offices", "C", "anna", 3, 9, 1.00, 1),
    "Bridge Street Deli": ("Vancouver", "Shops", "C", "ben", 3, 11, 0.90, 15),
    "Blue Heron Inn": ("Astoria", "Hotels", "C", "clara", 3, 12, 1.05, 6),
    "Timber Works Canteen": ("Yakima", "Offices", "C", "david", 3, 13, 1.00, 10),
    "Fern Valley Shops": ("Corvallis", "Shops", "C", "david", 2, 12, 0.80, 30),
    "Mill Creek Bistro": ("Walla Walla", "Restaurants", "C", "ben", 2, 10, 0.60, None),
    "Summit Sports Clubs": ("Bend", "Offices", None, None, 6, 38, 1.60, 0),
    "Orchard Tea Rooms": ("Hood River", "Shops", None, None, 3, 12, 1.10, 2),
    "Pacific Film Studios": ("Portland", "Offices", None, None, 2, 15, 1.00, 7),
    "Juniper Guest House": ("Sisters", "Hotels", None, None, 2, 8, 1.00, 0),
}
# prospects: (town, segment, manager, what is at stake)
PROSPECTS = {
    "Evergreen University": ("Olympia", "Offices", "anna", 42000),
    "Coastal Ferry Lines": ("Anacortes", "Restaurants", "clara", 28000),
    "Red Rock Hotels": ("Boise", "Hotels", "david", 35000),
}
HANDED_OVER = ("Maple Street Bakery", "anna", 150)  # Anna had it until so many days ago
HANDED_AHEAD = ("Fern Valley Shops", "clara", 21)  # Clara gets it in so many days
SHARED = ("Bellevue Restaurants", "david", 40)  # David has so many per cent of it
SUSPENDED = ("Pine Lodge Resort", "Does not pay since summer; no visits until it does.")
RELEASED = ("Mill Creek Bistro", "Sold; the new owner buys elsewhere.", 45)
PROMOTED = ("Corner Bakery Chain", "B", 200)  # was B until so many days ago
ABSENT = ("ben", "clara", -3, 9)  # Clara stands in for Ben, in days from today

NEEDS = {
    "Grand Harbour Hotels": (
        "Delivery before 6 a.m., one invoice for all six houses\nDecaf in single doses",
        "Banqueting still buys its tea elsewhere: about 9,000 a year",
    ),
    "Bellevue Restaurants": (
        "Two machines serviced every quarter",
        "Three new restaurants open in spring: machines and first stock",
    ),
    "Corner Bakery Chain": (
        "Cups with the own print, four weeks ahead",
        "Oat drink in all shops, now in five of twenty",
    ),
    "Northline Catering": (
        "Prices fixed for a season\nReturns of unopened cases",
        "Lost the airport to a cheaper roaster: a second blend could win it back",
    ),
    "Cascade Office Services": ("One bill a month with cost centres", ""),
    "Maple Street Bakery": ("", "Wants a branded coffee of its own"),
}
# customer: (what, in so many days); customers left out have no next step
STEPS = {
    "Grand Harbour Hotels": ("mail.mail_activity_data_meeting", "Yearly review", 2),
    "Bellevue Restaurants": (
        "mail.mail_activity_data_call",
        "Opening dates of spring",
        0,
    ),
    "Corner Bakery Chain": ("mail.mail_activity_data_todo", "Proof of printed cups", 4),
    "Northline Catering": ("mail.mail_activity_data_call", "Overdue invoices", -6),
    "Riverside Spa Hotel": (
        "mail.mail_activity_data_call",
        "Tea list for the season",
        9,
    ),
    "Maple Street Bakery": (
        "mail.mail_activity_data_todo",
        "Offer for an own blend",
        -1,
    ),
    "Harvest Food Market": ("mail.mail_activity_data_call", "Why orders fall", 1),
    "Sunrise Bakehouse": ("mail.mail_activity_data_call", "Trial of oat drink", 12),
    "Red Rock Hotels": ("mail.mail_activity_data_meeting", "Tasting at the hotel", 3),
    "Coastal Ferry Lines": ("mail.mail_activity_data_todo", "Samples for two ships", 6),
}
# login: (what, where, days ahead, hour)
MEETINGS = {
    "anna": ("Tasting: decaf in single doses", "Grand Harbour, Seattle", 1, 10),
    "clara": ("Printed cups: sign the proof", "Corner Bakery, Portland", 2, 14),
    "ben": ("Spring openings", "Bellevue", 12, 9),
    "david": ("Price talks for the season", "Northline, Spokane", 1, 11),
    "helen": ("Monday round of the team", "Office", 3, 9),
    "admin": ("Key accounts: quarter in review", "Office", 2, 15),
}
QUOTATIONS = (
    "Grand Harbour Hotels",
    "Bellevue Restaurants",
    "Corner Bakery Chain",
    "Old Town Diners",
    "Red Rock Hotels",
)
CREDIT_NOTES = ("Bellevue Restaurants", "Northline Catering", "Harvest Food Market")
