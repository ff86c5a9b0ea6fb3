"""The command line: arguments, the database, the commit."""

import argparse
import datetime as dt
import sys
from pathlib import Path

from .errors import LoadError
from .load import COMPANY, Options, Report, load
from .progress import Progress

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
VACUUM = (
    "account_move",
    "account_move_line",
    "account_partial_reconcile",
    "account_payment",
    "sale_order",
    "sale_order_line",
    "sale_order_line_invoice_rel",
    "res_partner",
    "product_product",
)


def _day(text: str) -> dt.date:
    if text == "yesterday":
        return dt.date.today() - dt.timedelta(days=1)
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no day: write yesterday or a date such as 2026-03-31"
        ) from None


def _count(least: int):
    def convert(text: str) -> int:
        if not text.isdigit() or int(text) < least:
            raise argparse.ArgumentTypeError(
                f"{text!r} is no count: write a whole number, {least} or more"
            )
        return int(text)

    return convert


def parse(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="setup/load_history",
        description="Load a real wholesaler's year of trading into Odoo 19.",
    )
    add = parser.add_argument
    add("--database", required=True, help="an Odoo 19 database with sale and account")
    add("--config", required=True, type=Path, help="Odoo's configuration file")
    add(
        "--customers",
        type=_count(1),
        help="only so many customers, those with the highest net revenue",
    )
    add("--until", type=_day, help="move all days: the last becomes this day")
    add("--file", type=Path, default=DATA / "online-retail.csv.xz")
    add("--delays", type=Path, default=DATA / "accounts-receivable.csv")
    add("--salespeople", type=_count(0), default=5, help="sales users to create")
    add("--company", default=COMPANY, help="name of the company that is created")
    return parser.parse_args(arguments)


def _environment(config_file: Path, database: str):
    """Open the database as its administrator."""
    # here, since reading --help needs no Odoo
    import psycopg2

    import odoo.api
    from odoo.modules.registry import Registry
    from odoo.tools import config

    if not config_file.is_file():
        raise LoadError(
            f"There is no configuration file {config_file}: give Odoo's with --config."
        )
    config.parse_config(
        ["-c", str(config_file), "-d", database, "--no-http", "--log-level=error"]
    )
    try:
        registry = Registry(database)
        cr = registry.cursor()
    except psycopg2.OperationalError as error:
        reason = str(error).strip().splitlines()[-1]
        raise LoadError(
            f"The database {database} cannot be opened ({reason}): create it with "
            "Odoo first, or correct --database and --config."
        ) from None
    env = odoo.api.Environment(cr, odoo.api.SUPERUSER_ID, {})
    admin = env.ref("base.user_admin", raise_if_not_found=False)
    return env(user=admin.id) if admin else env


def _after_commit(env, report: Report, say) -> None:
    """Refresh the planner's statistics and say what comes next."""
    connection = env.cr._cnx
    connection.autocommit = True
    for table in VACUUM:
        env.cr.execute(f"VACUUM ANALYZE {table}")
    connection.autocommit = False
    for line in report.lines():
        say(line)


def _record(env, say) -> None:
    """Let kam_management, where it is installed, record what was loaded past it."""
    if "kam.genesis" not in env:
        return
    say("kam_management records the documents …")
    try:
        made = env["kam.genesis"]._run()
        env.cr.commit()
    except Exception as error:
        env.cr.rollback()
        reason = str(error).strip().splitlines()[0] if str(error) else repr(error)
        raise LoadError(
            "The history is loaded, but kam_management could not record it "
            f"({reason}): run `odoo kam genesis`."
        ) from error
    say(f"{made['events']} events of {made['streams']} documents recorded")


def main(arguments: list[str] | None = None) -> int:
    """Load, commit and report; return the exit code."""
    options = parse(sys.argv[1:] if arguments is None else arguments)

    def say(text: str) -> None:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

    env, kept = None, False
    try:
        env = _environment(options.config, options.database)
        wanted = vars(options)
        wanted = {k: v for k, v in wanted.items() if k not in ("database", "config")}
        report = load(env, Options(**wanted), Progress(say))
        env.flush_all()
        env.cr.commit()
        kept = True
        _after_commit(env, report, say)
        _record(env, say)
        say(
            f"Log in, choose the company {report.company.name} at the top right, and "
            "look at Invoicing and Sales."
        )
    except LoadError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write(
            "Stopped after the history was loaded; `odoo kam genesis` does the rest.\n"
            if kept
            else "Stopped; nothing was loaded.\n"
        )
        return 130
    except _expected_errors() as error:
        reason = " ".join(str(error).split())
        done = "The history is loaded, but then" if kept else "Nothing was loaded:"
        sys.stderr.write(
            f"{done} the database refused ({reason}): mend that and start again.\n"
        )
        return 1
    finally:
        if env is not None:
            env.cr.close()
    return 0


def _expected_errors() -> tuple:
    """Return what can go wrong outside our hands: no space, a lost connection."""
    import psycopg2

    from odoo.exceptions import UserError

    return (psycopg2.Error, UserError)
