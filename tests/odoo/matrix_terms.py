"""The table of rights and the little world of the matrix: terms and approvals."""

NOBODY = dict.fromkeys(
    ("portal", "internal", "user", "head", "director", "credit", "support", "system"),
    "",
)
ALL_READ = {
    **NOBODY,
    **dict.fromkeys(("user", "head", "director", "credit", "support"), "r"),
}
DIALOG = {**NOBODY, **dict.fromkeys(("user", "head", "director", "credit"), "rwcu")}
WITH_ACCOUNTS = {"mine", "lent", "headed", "others"}

RIGHTS_OF = {
    "kam.approval": ALL_READ,
    "kam.approval.decide": DIALOG,
    "kam.approval.rule": {
        **NOBODY,
        "user": "r",
        "head": "r",
        "director": "rwcu",
        "credit": "r",
    },
}
READS = {
    "kam.approval": {
        "user": {"mine", "lent"},
        "head": {"headed"},
        **dict.fromkeys(("director", "credit", "support"), WITH_ACCOUNTS),
    },
    "kam.approval.rule": {
        role: {"here"} for role in ("user", "head", "director", "credit")
    },
}
WRITES = {"kam.approval.rule": {"director": {"here"}}}
# models whose hidden records a manager calls nothing on
HIDDEN = ("kam.approval",)


def make(case):
    """Add the records of this part to the world of a test class.

    :param case: the class, whose accounts and users are there
    """
    world, accounts = case.world, case.world["kam.account"]
    companies = {"here": case.here, "there": case.there}
    world["kam.approval.rule"] = {
        label: case.env["kam.approval.rule"].create(
            {"kind": "discount", "company_id": company.id}
        )
        for label, company in companies.items()
    }
    asks = {"mine": case.users["user"], "lent": case.absent, "there": case.stranger}
    world["kam.approval"] = {
        label: case.env["kam.approval"].create(
            {
                "kind": "discount",
                "company_id": accounts[label].company_id.id,
                "account_id": accounts[label].id,
                "partner_id": accounts[label].partner_id.id,
                "res_model": "kam.account",
                "res_id": accounts[label].id,
                "measure": '{"percent": "12"}',
                "reason": f"reason of {label}",
                "requester_id": asks.get(label, case.nobody).id,
                "approver_id": case.users["director"].id,
                "role": "director",
            }
        )
        for label in (*sorted(WITH_ACCOUNTS), "there")
    }


def dialog(case, name):
    """Return the values of a dialog of this part, None for another's."""
    if name == "kam.approval.decide":
        return {"approval_id": case.world["kam.approval"]["mine"].id}
    return None
