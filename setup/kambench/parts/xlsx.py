"""Workbooks: rows a second, memory, and a large debtor beside a script and others."""

import gc
import io
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

from kambench import sheets
from kambench.figures import number, row, wanted
from kambench.meter import cost, race
from kambench.parts import collections, receivables

WRITTEN, MANY = 50_000, 500_000
ITEMS = """
SELECT p.complete_name, m.name, m.move_type, l.date, l.date_maturity,
       greatest(current_date - l.date_maturity, 0), 'range', l.amount_residual::float
  FROM account_move_line l
  JOIN account_account a
    ON a.id = l.account_id AND a.account_type = 'asset_receivable'
  JOIN account_move m ON m.id = l.move_id
  JOIN res_partner p ON p.id = l.partner_id
 WHERE l.partner_id = %s AND l.parent_state = 'posted' AND l.amount_residual <> 0
 ORDER BY l.date_maturity, l.id"""


def script(env, partner_id):
    """Write the open items of a customer as a script of twenty lines does."""
    env.cr.execute(ITEMS, [partner_id])
    found = env.cr.fetchall()
    sheets.bare(io.BytesIO(), found, len(found))


def ageing(env, partner_id):
    """Make our aged receivables with the documents of the customer."""
    report = env["kam.workbook"]._reports()["ageing"]
    question = {"detail": "detail", "partner_ids": [partner_id]}
    report._make(env["kam.account"], question)


def act(env, partner_id):
    """Make our reconciliation act, drawn up before, as a workbook."""
    found = env["kam.act"].search([("partner_id", "=", partner_id)], limit=1)
    env["report.kam_management_reports.act_xlsx"]._make(found, {})


def draw_up(env, partner_id):
    """Draw up the act that is printed."""
    span = {"date_from": "2000-01-01", "date_to": "2099-12-31"}
    env["kam.act"].create({"partner_id": partner_id, **span})


def statement(kind, **more):
    """Return a function that makes a statement of OCA's partner_statement."""

    def make(env, partner_id):
        chosen = {"active_ids": [partner_id], "active_model": "res.partner"}
        model = env[f"{kind}.statement.wizard"].with_context(**chosen)
        wizard = model.create({"date_end": date(2099, 12, 31), **more})
        data = wizard._prepare_statement()
        name = f"report.p_s.report_{kind}_statement_xlsx"
        env[name].with_context(**chosen).create_xlsx_report([partner_id], data)

    return make


def open_items(env, partner_id):
    """Make the open items of OCA's account_financial_report."""
    model = env["open.items.report.wizard"]
    wizard = model.create(
        {"company_id": env.company.id, "partner_ids": [(6, 0, [partner_id])]}
    )
    wizard.receivable_accounts_only = True
    wizard.onchange_type_accounts_only()
    report = env["report.a_f_r.report_open_items_xlsx"]
    report = report.with_context(active_model=wizard._name)
    report.create_xlsx_report(wizard.ids, wizard._prepare_report_data())


OURS = {"ageing with its documents": ageing, "reconciliation act": act}
THEIRS = {
    "partner_statement, outstanding": statement("outstanding"),
    "partner_statement, activity": statement(
        "activity", date_start=date(2000, 1, 1), show_aging_buckets=False
    ),
    "account_financial_report, open items": open_items,
}


def side(world, make, partner_id):
    """Return a side that makes a workbook, which nobody keeps."""

    def once():
        with world.env("reports") as env, cost(env.cr) as found:
            make(env, partner_id)
        return found

    return once


def above(world, make, few, many):
    """Return the MiB that a workbook takes above the registry, in a process of its own.

    :param few: a customer to make it for before, so that all code is loaded
    """
    from odoo.sql_db import close_all

    with world.env("reports") as env:
        make(env, few)
    gc.collect()
    close_all()  # no connection is shared with the child
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
            before = sheets.mib("VmRSS")
            with world.env("reports") as env:
                make(env, many)
            os.write(writer, f"{sheets.mib('VmHWM') - before:.1f}".encode())
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    os.close(writer)
    with open(reader, encoding="ascii") as found:
        return float(found.read())


def peak(side_name, count):
    """Return (MiB before, at most) of a process that only writes a workbook."""
    command = [sys.executable, "-B", sheets.__file__, side_name, str(count)]
    made = subprocess.run(command, capture_output=True, text=True, check=True)
    return tuple(map(float, made.stdout.split()))


def _spaced(count):
    return f"{count:,}".replace(",", " ")


def written(world):
    """Return the rows of the writer alone."""
    costs = race(
        {
            name: lambda name=name: sheets.timed(name, WRITTEN)
            for name in ("bare", "ours")
        },
        world.rounds,
    )
    before, most = peak("ours", MANY)
    return [
        row(
            f"{_spaced(WRITTEN)} rows written, beside a bare script",
            costs["ours"],
            costs["bare"],
            speed=True,
            want=wanted("ratio", 0.7),
        ),
        number(
            f"peak memory of {_spaced(MANY)} rows",
            most,
            unit="MiB",
            want=wanted("mib", 300),
            note=f"{before:.0f} MiB of it before the first row",
        ),
    ]


def present(world):
    """Return the reports of others that are installed here."""
    with world.env("reports") as env:
        if "outstanding.statement.wizard" not in env:
            return {}
    return THEIRS


def run(world):
    """Return the rows of the table."""
    with world.env("reports", keep=True) as env:
        collections.fill(env, customers=2500, items=4)
    with world.env("reports", keep=True) as env:
        many = receivables.one_large(env)
    with world.env("reports", keep=True) as env:
        few = env["res.partner"].search([("name", "=", "Debtor 1")], limit=1).id
        for one in (few, many):
            draw_up(env, one)
    made = OURS | present(world)
    memory = {name: above(world, one, few, many) for name, one in made.items()}
    costs = race(
        {
            "script": side(world, script, many),
            **{name: side(world, one, many) for name, one in made.items()},
        },
        world.rounds,
    )
    found = written(world)
    for name in made:
        ours = name in OURS
        label = name if ours else f"OCA {name}"
        found.append(
            row(
                f"{label}: 10 000 open invoices, beside a bare script",
                costs[name],
                costs["script"],
                want=wanted("ratio", 1.4) if ours else None,
            )
        )
        found.append(
            number(
                f"{label}: memory above the registry",
                memory[name],
                unit="MiB",
                want=wanted("mib", 15) if ours else None,
            )
        )
    return found
