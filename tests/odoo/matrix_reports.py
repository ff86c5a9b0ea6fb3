"""The table of rights and the little world of the matrix: workbooks and exports."""

from .matrix_visits import NOBODY

ASKERS = ("user", "head", "director", "credit", "support", "system")
ALL = {**NOBODY, **dict.fromkeys(ASKERS, "rwcu")}

RIGHTS_OF = {
    "kam.export": {**NOBODY, "director": "r", "system": "r"},
    "kam.report.run": {**NOBODY, **dict.fromkeys(ASKERS, "r")},
    "kam.report.schedule": ALL,
    "kam.report.wizard": ALL,
}
OWN = {role: {role} for role in ASKERS}
READS = {
    "kam.export": {"director": {"here"}, "system": {"here"}},
    "kam.report.run": OWN,
    "kam.report.schedule": OWN | {"director": {*ASKERS, "others"}},
}
WRITES = {"kam.report.schedule": READS["kam.report.schedule"]}
# models whose hidden records a manager calls nothing on
HIDDEN = ("kam.report.schedule", "kam.report.run")


def make(case):
    """Add the records of this part to the world of a test class.

    :param case: the class, whose accounts and users are there
    """
    env, world = case.env, case.world
    users = {role: (case.users[role], case.here) for role in ASKERS}
    users["others"] = (case.nobody, case.here)
    users["there"] = (case.stranger, case.there)
    world["kam.export"] = {
        label: env["kam.export"].create(
            {
                "user_id": case.nobody.id,
                "company_id": company.id,
                "at": "2026-01-02 03:04:05",
                "kind": "list",
                "subject": "kam.account",
                "row_count": 3,
            }
        )
        for label, company in (("here", case.here), ("there", case.there))
    }
    world["kam.report.schedule"] = {
        label: env["kam.report.schedule"].create(
            {
                "name": f"Matrix {label}",
                "report": "ageing",
                "user_id": user.id,
                "company_id": company.id,
                "recipient_ids": [(6, 0, user.ids)],
            }
        )
        for label, (user, company) in users.items()
    }
    world["kam.report.run"] = {
        label: env["kam.report.run"].create(
            {"report": "ageing", "user_id": user.id, "company_id": company.id}
        )
        for label, (user, company) in users.items()
    }
