"""The story of credit in the demonstration."""

# customer: (limit, tolerance in per cent, overdue days allowed, review in so many days)
TERMS = {
    "Grand Harbour Hotels": (9000, 10, 10, 120),
    "Bellevue Restaurants": (12000, 0, 20, 60),
    "Corner Bakery Chain": (8000, 10, 0, 200),
    "Northline Catering": (14000, 0, 5, 5),
    "Cascade Office Services": (4000, 5, 10, 150),
    "Riverside Spa Hotel": (3500, 5, 10, 150),
    "Old Town Diners": (6000, 0, 10, 90),
    "Maple Street Bakery": (3000, 5, 10, 180),
    "Harvest Food Market": (4000, 0, 0, 14),
    "Pine Lodge Resort": (7000, 0, 0, 20),
    "Lakeview Cafe": (2000, 0, 10, 90),
    "Sunrise Bakehouse": (1500, 0, 10, 90),
}
REASONS = {
    "Northline Catering": "Pays four weeks late; halved until it does better.",
    "Harvest Food Market": "Orders fall and payments come late.",
}
HELD = {"Pine Lodge Resort": "Nothing paid since summer; talks with its owner."}
GROUP = (
    "Bakehouse holding",
    5000,
    ("Maple Street Bakery", "Sunrise Bakehouse"),
    "One owner since spring: one limit for both houses.",
)
# customer: (who checks, places of failed items or None while in progress, conclusion)
CHECKS = {
    "Grand Harbour Hotels": ("anna", (), "Sound; references speak well of it."),
    "Northline Catering": ("david", (3, 5), "Enforcement on record: watch closely."),
    "Harvest Food Market": ("carl", None, "Annual accounts asked for."),
}
WAITING = {"Old Town Diners": ("ben", "They pay the last invoice this week.")}
