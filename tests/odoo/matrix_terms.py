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
OTHERS = {"past", "lent_not"}

SETTINGS = {**ALL_READ, "director": "rwcu"}
RIGHTS_OF = {
    "kam.approval.ask": {**DIALOG, "support": "rwcu"},
    "kam.order.form.load": {**DIALOG, "credit": "", "support": "rwcu"},
    "kam.price.allowance": SETTINGS,
    "kam.price.column": SETTINGS,
    "kam.price.condition": SETTINGS,
    "kam.price.grant": ALL_READ,
    "kam.price.grant.wizard": {**DIALOG, "credit": ""},
    "kam.price.policy": SETTINGS,
    "kam.price.policy.publish": {**NOBODY, "director": "rwcu"},
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
for _model in ("allowance", "column", "condition", "policy"):
    READS[f"kam.price.{_model}"] = {
        role: {"here"} for role in ("user", "head", "director", "credit", "support")
    }
READS["kam.price.grant"] = {
    "user": {"mine", "past", "lent"},
    "head": {"headed", "past"},
    **dict.fromkeys(("director", "credit", "support"), WITH_ACCOUNTS | OTHERS),
}
WRITES = {
    "kam.approval.rule": {"director": {"here"}},
    "kam.price.column": {"director": {"here"}},
    "kam.price.policy": {"director": {"here"}},
}
# lines whose rights are those of their record
LINES = {"kam.price.allowance", "kam.price.condition"}
# models whose hidden records a manager calls nothing on
HIDDEN = ("kam.approval", "kam.price.grant")


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
    pricing(case)


def pricing(case):
    """Add a column, a policy and one granted column an account."""
    world, accounts = case.world, case.world["kam.account"]
    columns, policies = {}, {}
    for label, company in (("here", case.here), ("there", case.there)):
        pricelist = case.env["product.pricelist"].create(
            {"name": f"Matrix {label}", "company_id": company.id}
        )
        columns[label] = case.env["kam.price.column"].create(
            {
                "name": label,
                "company_id": company.id,
                "rank": 1,
                "pricelist_id": pricelist.id,
            }
        )
        policies[label] = case.env["kam.price.policy"].create(
            {
                "name": label,
                "company_id": company.id,
                "condition_ids": [(0, 0, {"column_id": columns[label].id})],
                "allowance_ids": [(0, 0, {"free_percent": 3})],
            }
        )
    world["kam.price.column"], world["kam.price.policy"] = columns, policies
    world["kam.price.condition"] = {k: one.condition_ids for k, one in policies.items()}
    world["kam.price.allowance"] = {k: one.allowance_ids for k, one in policies.items()}
    world["kam.price.grant"] = {
        label: case.env["kam.price.grant"].create(
            {
                "account_id": account.id,
                "company_id": account.company_id.id,
                "column_id": columns["there" if label == "there" else "here"].id,
                "date_from": case.today,
                "granted_by_id": case.nobody.id,
            }
        )
        for label, account in accounts.items()
    }


def dialog(case, name):
    """Return the values of a dialog of this part, None for another's."""
    if name == "kam.approval.decide":
        return {"approval_id": case.world["kam.approval"]["mine"].id}
    if name == "kam.price.grant.wizard":
        return {
            "account_id": case.world["kam.account"]["mine"].id,
            "column_id": case.world["kam.price.column"]["here"].id,
        }
    if name == "kam.price.policy.publish":
        return {"policy_id": case.world["kam.price.policy"]["here"].id}
    return None
