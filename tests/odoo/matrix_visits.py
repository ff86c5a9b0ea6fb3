"""The table of rights and the little world of the matrix: visits and weeks."""

from datetime import datetime, time, timedelta

from .matrix_terms import NOBODY

OURS = {"mine", "past", "lent", "lent_not", "headed", "others"}
OF_ACCOUNTS = {
    **NOBODY,
    **dict.fromkeys(("user", "head", "director"), "rwcu"),
    **dict.fromkeys(("credit", "support"), "r"),
}
KAM = ("user", "head", "director")
READERS = (*KAM, "credit", "support")

RIGHTS_OF = {
    "kam.account.cadence": OF_ACCOUNTS,
    "kam.cadence": {
        **NOBODY,
        **dict.fromkeys(READERS, "r"),
        "head": "rwcu",
        "director": "rwcu",
    },
    "kam.visit": OF_ACCOUNTS,
    "kam.visit.kind": {**NOBODY, **dict.fromkeys(READERS, "r"), "director": "rwcu"},
    "kam.visit.report": {**NOBODY, **dict.fromkeys(READERS, "r")},
    "kam.visit.step": {**NOBODY, **dict.fromkeys(KAM, "rwcu")},
    "kam.week": {**NOBODY, **dict.fromkeys(KAM, "rwc")},
    "kam.week.visit": {**NOBODY, **dict.fromkeys(KAM, "r")},
}
ALL_OURS = {"director": OURS, "credit": OURS, "support": OURS}
WEEKS = {"mine", "team", "strange"}
READS = {
    "kam.account.cadence": {
        "user": {"mine", "past", "lent"},
        "head": {"headed", "past"},
        **ALL_OURS,
    },
    # of an account that somebody else owns now only the visits that one made oneself
    "kam.visit": {"user": {"mine", "lent"}, "head": {"headed"}, **ALL_OURS},
    "kam.visit.report": {"user": {"mine", "lent"}, "head": {"headed"}, **ALL_OURS},
    "kam.visit.kind": {role: {"kind"} for role in READERS},
    "kam.cadence": {role: {"here"} for role in READERS},
    "kam.week": {"user": {"mine"}, "head": {"team"}, "director": WEEKS},
    # the account of the team's week has another head
    "kam.week.visit": {"user": {"mine"}, "head": set(), "director": WEEKS},
}
OWN = {"user": {"mine", "lent"}, "head": {"headed"}, "director": OURS}
WRITES = {
    "kam.visit": OWN,
    "kam.account.cadence": OWN,
    "kam.visit.kind": {"director": {"kind"}},
    "kam.cadence": {"head": {"here"}, "director": {"here"}},
    "kam.week": READS["kam.week"],
}
# models whose hidden records a manager calls nothing on
HIDDEN = ("kam.visit", "kam.account.cadence")
LINES = ("kam.week.visit",)
GIVEN = {
    "planned_start": "2026-11-02 09:00:00",
    "monday": "2026-11-02",
    "date_from": "2026-01-01",
    "date_to": "2026-02-01",
    "outcome": "order",
}


def make(case):
    """Add a visit and habits of each account, and weeks of some managers.

    :param case: the class, whose accounts and users are there
    """
    world, accounts = case.world, case.world["kam.account"]
    world["kam.visit.kind"] = {
        "kind": case.env["kam.visit.kind"].create({"name": "Matrix", "code": "matrix"})
    }
    owners = {"mine": case.users["user"], "there": case.stranger}
    owners |= dict.fromkeys(("lent", "lent_not"), case.absent)
    start = datetime.combine(case.today + timedelta(14), time(9))
    visits = world["kam.visit"] = {}
    habits = world["kam.account.cadence"] = {}
    for n, (label, account) in enumerate(accounts.items()):
        visits[label] = case.env["kam.visit"].create(
            {
                "account_id": account.id,
                "user_id": owners.get(label, case.nobody).id,
                "planned_start": start + timedelta(hours=n),
            }
        )
        habits[label] = case.env["kam.account.cadence"].create(
            {"account_id": account.id, "interval_days": 20}
        )
    case.env["kam.visit"].create(
        {
            "account_id": case.account("of the member", case.member).id,
            "user_id": case.member.id,
            "planned_start": start + timedelta(hours=9),
        }
    )
    case.env.flush_all()
    report = case.env["kam.visit.report"]
    world["kam.visit.report"] = {
        label: report.browse(2 * visit.id) for label, visit in visits.items()
    }
    _cadences(case)
    _weeks(case, start.date().isoformat())


def _cadences(case):
    model = case.env["kam.cadence"]
    case.world["kam.cadence"] = {
        "here": model.search(
            [("company_id", "=", case.here.root_id.id), ("account_class", "=", "A")]
        ),
        "there": model.create(
            {"company_id": case.there.id, "account_class": "A", "interval_days": 7}
        ),
    }


def _weeks(case, monday):
    made = {}
    for label, user, company in (
        ("mine", case.users["user"], case.here),
        ("team", case.member, case.here),
        ("strange", case.absent, case.here),
        ("there", case.stranger, case.there),
    ):
        weeks = case.env["kam.week"].with_company(company)
        made[label] = weeks.browse(weeks.commit(user.ids, monday))
    case.world["kam.week"] = made
    case.world["kam.week.visit"] = {
        label: week.visit_ids for label, week in made.items()
    }
