"""Genesis over a million plain documents: a small trade, copied by SQL many times."""

from odoo.tools import SQL

from kambench.figures import number, wanted
from kambench.parts.install import MILLION, MOST, install, rows

# rows of these refer to each other; what else they refer to is the same in each copy
TABLES = (
    "sale_order",
    "sale_order_line",
    "account_move",
    "account_move_line",
    "account_payment",
    "account_full_reconcile",
    "account_partial_reconcile",
    "sale_order_line_invoice_rel",
)
COLUMNS = """
SELECT a.attname, r.relname
  FROM pg_attribute a
  LEFT JOIN pg_constraint c ON c.conrelid = a.attrelid AND c.contype = 'f'
       AND c.conkey = ARRAY[a.attnum]
  LEFT JOIN pg_class r ON r.oid = c.confrelid
 WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped"""
INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
  FROM pg_index i
 WHERE i.indrelid = ANY(%s::regclass[])
   AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)"""
DOCUMENTS = """
SELECT (SELECT count(*) FROM account_move WHERE state = 'posted')
     + (SELECT count(*) FROM sale_order WHERE state IN ('sent', 'sale'))"""


def copied(name, table, refers_to, steps):
    """Return what a column of a copy has: ids are as far apart as copies are."""
    column = SQL.identifier("t", name)
    if name == "id" or refers_to in steps:
        return SQL("%s + g.n * %s", column, steps[refers_to or table])
    if (table, name) == ("account_move", "name"):
        return SQL("%s || '-' || g.n", column)
    if name in ("access_token", "inalterable_hash"):
        return SQL("NULL")
    return column


def copy_table(cr, table, copies, steps):
    """Write the copies of a table's rows."""
    cr.execute(COLUMNS, [table])
    columns = cr.fetchall()
    cr.execute(
        SQL(
            "INSERT INTO %s (%s) SELECT %s FROM %s t, generate_series(1, %s) AS g(n)",
            SQL.identifier(table),
            SQL(", ").join(SQL.identifier(name) for name, _refers_to in columns),
            SQL(", ").join(
                copied(name, table, refers_to, steps) for name, refers_to in columns
            ),
            SQL.identifier(table),
            copies,
        )
    )


def multiply(cr, wanted_documents):
    """Copy the documents of the database until there are so many; return the copies.

    Without keys checked, and with the indexes made after: the rows are right as the
    first ones are, and this is not what is measured.
    """
    cr.execute(DOCUMENTS)
    copies = wanted_documents // cr.fetchone()[0]
    steps = {}
    for table in TABLES[:-1]:  # the last has no ids
        cr.execute(SQL("SELECT coalesce(max(id), 0) FROM %s", SQL.identifier(table)))
        steps[table] = cr.fetchone()[0]
    cr.execute("SET LOCAL session_replication_role = replica")
    cr.execute(INDEXES, [list(TABLES)])
    indexes = cr.fetchall()
    for index, _definition in indexes:
        cr.execute(f"DROP INDEX {index}")
    for table in TABLES:
        copy_table(cr, table, copies, steps)
    cr.execute("SET LOCAL maintenance_work_mem = '512MB'")
    for _index, definition in indexes:
        cr.execute(definition)
    for table, step in steps.items():
        cr.execute("SELECT setval(%s, %s)", [f"{table}_id_seq", step * (copies + 1)])
    cr.commit()
    vacuum(cr)
    return copies


def vacuum(cr):
    """Leave the tables as those of a database in use are."""
    cr._cnx.autocommit = True
    cr.execute(f"VACUUM ANALYZE {', '.join(TABLES)}")
    cr._cnx.autocommit = False


def run(world):
    """Multiply, install on it, and return the rows of the table."""
    with world.registry("million").cursor() as cr:
        multiply(cr, MILLION)
    seconds, found = install(world.databases["million"])
    with world.env("million") as env:
        documents, events = env["kam.genesis"]._count()
        lines = rows(env)
    return [
        number("install on all of them", seconds),
        number(
            "genesis",
            found["wall"],
            note=f"{documents} documents of {lines} lines, {events} events;"
            f" {found['cpu']:.1f} s of processor",
        ),
        number(
            "genesis for a million documents",
            found["wall"] * MILLION / max(documents, 1),
            want=wanted("seconds", MOST),
            note=f"{lines / max(documents, 1):.1f} lines a document",
        ),
    ]
