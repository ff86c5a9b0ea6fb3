"""The table of rights and the little world of the matrix: credit."""

NOBODY = dict.fromkeys(
    ("portal", "internal", "user", "head", "director", "credit", "support", "system"),
    "",
)
TEAM = ("user", "head", "director")
READERS = (*TEAM, "credit", "support")
ALL_READ = {**NOBODY, **dict.fromkeys(READERS, "r")}
CONTROLLED = {**ALL_READ, "credit": "rwcu"}
CHECKED = {**NOBODY, **dict.fromkeys((*TEAM, "credit"), "rwcu"), "support": "r"}
OURS = {"mine", "past", "lent", "lent_not", "headed", "others"}

RIGHTS_OF = {
    "kam.credit.decide": {**NOBODY, "credit": "rwcu"},
    "kam.credit.group": CONTROLLED,
    "kam.credit.queue": {**NOBODY, **dict.fromkeys(READERS, "rw")},
    "kam.credit.rule": CONTROLLED,
    "kam.credit.terms": CONTROLLED,
    "kam.order.closing": ALL_READ,
    "kam.reliability.check": CHECKED,
    "kam.reliability.check.line": CHECKED,
    "kam.reliability.item": CONTROLLED,
}
VISIBLE = {
    "user": {"mine", "past", "lent"},
    "head": {"headed", "past"},
    **dict.fromkeys(("director", "credit", "support"), OURS),
}
WORKED = {
    "user": {"mine", "lent"},
    "head": {"headed"},
    **dict.fromkeys(("director", "credit", "support"), OURS),
}
HERE = {role: {"here"} for role in READERS}
READS = {
    "kam.credit.group": HERE,
    "kam.credit.queue": WORKED,
    "kam.credit.rule": HERE,
    "kam.credit.terms": VISIBLE,
    "kam.order.closing": WORKED,
    "kam.reliability.check": VISIBLE,
    "kam.reliability.check.line": VISIBLE,
    "kam.reliability.item": HERE,
}
WRITES = {
    "kam.credit.group": {"credit": {"here"}},
    "kam.credit.queue": WORKED,
    "kam.credit.rule": {"credit": {"here"}},
    "kam.credit.terms": {"credit": OURS},
    "kam.reliability.check": {
        role: labels for role, labels in WORKED.items() if role != "support"
    },
    "kam.reliability.item": {"credit": {"here"}},
}
# lines go through the record they belong to
LINES = ("kam.reliability.check.line",)
# models whose hidden records a manager calls nothing on
HIDDEN = ("kam.credit.terms", "kam.credit.queue", "kam.reliability.check", *LINES)
GIVEN = {"settings": {"credit_limit": 5}, "credit_limit": 5, "place": 2}


def make(case):
    """Add the records of this part to the world of a test class.

    :param case: the class, whose accounts and users are there
    """
    world, env = case.world, case.env
    companies = {"here": case.here, "there": case.there}
    world["kam.credit.group"] = {
        label: env["kam.credit.group"].create(
            {"name": f"Matrix {label}", "company_id": company.id}
        )
        for label, company in companies.items()
    }
    world["kam.credit.rule"] = {
        label: env["kam.credit.rule"].create(
            {"kind": "overdue_days", "severity": "ask", "company_id": company.id}
        )
        for label, company in companies.items()
    }
    world["kam.reliability.item"] = {
        "here": env["kam.reliability.item"].create({"name": "Matrix"})
    }
    terms, queue, closings, checks = {}, {}, {}, {}
    for label, account in world["kam.account"].items():
        head = {
            "partner_id": account.partner_id.id,
            "company_id": account.company_id.id,
        }
        terms[label] = env["kam.credit.terms"].create(head)
        checks[label] = env["kam.reliability.check"].create(head)
        order = env["sale.order"].create({**head, "user_id": case.stranger.id})
        queue[label] = env["kam.credit.queue"].create(
            {**head, "order_id": order.id, "place": 1}
        )
        closings[label] = env["kam.order.closing"].create(
            {"order_id": order.id, "company_id": account.company_id.id}
        )
    world["kam.credit.terms"] = terms
    world["kam.credit.queue"] = queue
    world["kam.order.closing"] = closings
    world["kam.reliability.check"] = checks
    world["kam.reliability.check.line"] = {
        label: one.line_ids for label, one in checks.items()
    }
