"""``odoo kam``: the event log from the command line.

Odoo loads this file as ``odoo.cli.kam``, outside of the addon: nothing relative here.
"""

import argparse
import json
import logging
import sys

import psycopg2

from odoo import SUPERUSER_ID, api
from odoo.cli.command import Command
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.tools import config

CLEAN, FINDINGS, ERROR = 0, 1, 2
CHECKS = {
    "verify": "verify hash chains, heads, free texts and seals",
    "drift": "compare tables and facts with the log",
    "rebuild": "make the tables what the log says",
    "seal": "seal what changed since the last seal",
}


class Refused(Exception):
    """One line for the person at the terminal."""


class Kam(Command):
    """Check, seal and rebuild what the event log of key accounts holds.

    Exit code 0: in order; 1: something was found; 2: it could not be done.
    """

    def __init__(self):
        super().__init__()
        subparsers = self.parser.add_subparsers(dest="action", required=True)
        common = argparse.ArgumentParser(add_help=False)
        common.add_argument("-c", "--config", help="configuration file of Odoo")
        common.add_argument("-d", "--database", help="database (default: of the file)")
        common.add_argument("--json", action="store_true", help="print JSON")
        for name, words in CHECKS.items():
            subparsers.add_parser(name, parents=[common], help=words, description=words)
        words = "record the facts of documents older than the log"
        subparsers.add_parser(
            "genesis", parents=[common], help=words, description=words
        )
        words = "print a record as of the end of a day, as JSON"
        asof = subparsers.add_parser(
            "asof", parents=[common], help=words, description=words
        )
        asof.add_argument("--model", required=True, help="for example kam.account")
        asof.add_argument("--id", required=True, type=int, help="id of the record")
        asof.add_argument("--day", required=True, help="YYYY-MM-DD")
        asof.add_argument(
            "--clock",
            choices=("effective_at", "recorded_at"),
            default="effective_at",
            help="effective_at: as it was (default); recorded_at: as we knew it",
        )
        asof.add_argument(
            "--login", help="see it with the rights, language and time zone of a user"
        )

    def run(self, cmdargs):
        """Do what the arguments say, and exit."""
        arguments = self.parser.parse_args(cmdargs)
        try:
            sys.exit(self._run(arguments))
        except Refused as error:
            sys.stderr.write(f"odoo kam: {error}\n")
            sys.exit(ERROR)

    def _run(self, arguments):
        with self._environment(arguments) as env:
            if "kam.log.check" not in env:
                raise Refused(
                    f"the addon kam_management is not installed in {env.cr.dbname};"
                    " install it first"
                )
            try:
                return getattr(self, f"_do_{arguments.action}", self._check)(
                    env, arguments
                )
            except UserError as error:
                raise Refused(" ".join(str(error).split())) from error

    def _environment(self, arguments):
        options = ["--no-http"]
        if arguments.config:
            options += ["-c", arguments.config]
        if arguments.database:
            options += ["-d", arguments.database]
        config.parse_config(options, setup_logging=True)
        logging.getLogger().setLevel(logging.WARNING)
        names = config["db_name"]
        if len(names) != 1:
            raise Refused("name one database: -d DATABASE")
        try:
            cursor = Registry(names[0]).cursor()
        except psycopg2.Error as error:
            line = str(error).strip().splitlines()[0]
            raise Refused(f"database {names[0]} cannot be opened: {line}") from error
        return _Environment(cursor)

    # -------------------------------------------------------------------- checks
    def _check(self, env, arguments):
        check = env["kam.log.check"]._begin(arguments.action)
        while check.state == "running":
            check._step_committed()
            env.cr.commit()  # pylint: disable=invalid-commit
            self._progress(arguments, check.done, len(check.units))
        result = check.result_of()
        if arguments.json:
            self._print(result)
        else:
            sys.stdout.write(f"{result['result']}\n")
            for one in result["findings"]:
                sys.stdout.write(f"- {one['words']}\n")
        return CLEAN if result["state"] == "clean" else FINDINGS

    def _progress(self, arguments, done, total, words=""):
        if sys.stderr.isatty() and not arguments.json:
            words = words or arguments.action
            end = "\n" if done >= total else ""
            sys.stderr.write(f"\r\033[K{words}: {done} of {total}{end}")
            sys.stderr.flush()

    # ------------------------------------------------------------------- genesis
    def _do_genesis(self, env, arguments):
        made = env["kam.genesis"]._run(
            lambda words, done, total: self._progress(arguments, done, total, words)
        )
        env.cr.commit()  # pylint: disable=invalid-commit
        if arguments.json:
            self._print(made)
        else:
            sys.stdout.write(
                f"{made['events']} events of {made['streams']} documents recorded.\n"
            )
        return CLEAN

    # --------------------------------------------------------------------- as of
    def _do_asof(self, env, arguments):
        if arguments.login:
            user = env["res.users"].search([("login", "=", arguments.login)])
            if not user:
                raise Refused(f"--login: there is no user {arguments.login}")
            env = env(user=user.id, su=False)
            env = env(context=dict(env.context, lang=user.lang, tz=user.tz))
        if not hasattr(env.get(arguments.model), "kam_as_of"):
            raise Refused(f"--model: {arguments.model} is not an event-sourced model")
        model = env[arguments.model].with_context(active_test=False)
        record = model.browse(arguments.id).exists()
        if not record:
            raise Refused(f"--id: {arguments.model} {arguments.id} does not exist")
        self._print(record.kam_as_of(arguments.day, arguments.clock))
        return CLEAN

    def _print(self, data):
        json.dump(data, sys.stdout, ensure_ascii=False, indent=2, default=str)
        sys.stdout.write("\n")


class _Environment:
    """An environment over a cursor, closed at the end; nothing is left half done."""

    def __init__(self, cursor):
        self.cursor = cursor

    def __enter__(self):
        return api.Environment(self.cursor, SUPERUSER_ID, {})

    def __exit__(self, *error):
        self.cursor.close()
