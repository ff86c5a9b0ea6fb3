"""Visits of the demonstration: what was said, asked and moved. Days are relative."""

COMMITTED_WEEKS = 10  # since so many weeks the plans are committed
SUBJECTS = (
    "Season's order",
    "Open questions on deliveries",
    "New blend",
    "Stock on the shelves",
    "Prices from next quarter",
)
RESULTS = (
    ("order", "Ordered on the spot; wants the delivery before the weekend."),
    ("offer", "Wants an offer for cups with the own print."),
    ("agreed", "Agreed on fixed days of delivery."),
    ("informed", "Showed the new blend; will taste it with the staff."),
    ("follow_up", "The buyer was away; comes back to it next time."),
)
TRAININGS = (
    ("Milk and latte art", 6, "Jugs, 10 l milk"),
    ("Cleaning the machine", 4, "Cleaning set"),
    ("Selling tea by the glass", 8, "Menu cards"),
)
MOVED = ("Asked for another day", "Machine was being repaired", "Ill that day")
OFF_PLAN = (
    ("customer", None),
    ("complaint", None),
    ("debt", None),
    ("other", "Was in the street anyway"),
)
# customer: (from, to, minutes, weekdays, place)
HABITS = {
    "Grand Harbour Hotels": (9, 12, 90, ("tuesday", "thursday"), "Tower entrance"),
    "Corner Bakery Chain": (13, 16, 60, ("monday", "wednesday", "friday"), "Bakery 1"),
    "Northline Catering": (8, 11, 60, ("tuesday", "wednesday"), "Gate 4"),
}
