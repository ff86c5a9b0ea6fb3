"""Checks of the log and of what is made from it: verify, seal, drift, rebuild.

Nothing here is public; ``kam.log.check`` and ``odoo kam`` are its two faces. Every
check returns findings: dicts with ``problem``, ``category``, ``key``, ``version``,
``res_id`` and ``words`` (a sentence that says what is wrong and what to do).
"""

import psycopg2

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import file_open

STEP = 20_000  # streams verified in one transaction
SHOWN = 500  # findings kept of one step: after that it is one and the same disaster
BEYOND = 2**62


class KamLogAudit(models.AbstractModel):
    _name = "kam.log.audit"
    _description = "Checks of the event log"

    # --------------------------------------------------------------------- units
    def _units(self, kind):
        """Return the steps of a check: JSON data for :meth:`_run_unit`, in order."""
        match kind:
            case "verify":
                ranges = [["streams", low, high] for low, high in self._ranges()]
                return [*ranges, ["texts"], ["seals"]]
            case "drift":
                projector = self.env["kam.projector"]
                return [
                    *(["drift", name] for name in projector._models()),
                    ["parked"],
                    ["facts"],
                    *(["flat", name] for name in projector._tables()),
                ]
            case "rebuild":
                names = self.env["kam.projector"]._models()
                return [*(["rebuild", name] for name in names), ["rebuild_facts"]]
            case "seal":
                return [["seal"]]
            case "nightly":
                return [*self._units("verify"), *self._units("drift")]
        raise ValueError(kind)

    def _ranges(self):
        self.env.cr.execute(
            "SELECT coalesce(min(id), 0), coalesce(max(id), 0) FROM kam_es.stream"
        )
        low, high = self.env.cr.fetchone()
        starts = list(range(low, high + 1, STEP)) or [0]
        # the first and the last range are open, for events without any stream
        return list(zip([-BEYOND, *starts[1:]], [*starts[1:], BEYOND], strict=True))

    def _run_unit(self, unit):
        """Do one step.

        :return: (findings, dict of numbers such as ``events`` or ``created``)
        """
        self.env.flush_all()
        name, *args = unit
        return getattr(self, f"_run_{name}")(*args)

    # -------------------------------------------------------------------- verify
    def _run_streams(self, low, high):
        found = self._ask(
            "log_verify_streams", {"low": low, "high": high, "limit": SHOWN}
        )
        self.env.cr.execute(
            """SELECT count(*), coalesce(sum(version), 0) FROM kam_es.stream
                WHERE id >= %s AND id < %s""",
            [low, high],
        )
        streams, events = self.env.cr.fetchone()
        return found, {"streams": streams, "events": int(events)}

    def _run_texts(self):
        self.env.cr.execute(
            """SELECT 'text', category, key, NULL FROM kam_es.text
                WHERE digest <> encode(sha256(convert_to(salt || body, 'UTF8')), 'hex')
                LIMIT %s""",
            [SHOWN],
        )
        return self._findings(self.env.cr.fetchall()), {}

    def _run_seals(self):
        found = self._ask("log_verify_seals", {"limit": SHOWN})
        self.env.cr.execute("SELECT count(*) FROM kam_es.seal")
        return found, {"seals": self.env.cr.fetchone()[0]}

    def _ask(self, name, params):
        with file_open(f"kam_management/sql/{name}.sql") as sql:
            # pylint: disable=sql-injection
            self.env.cr.execute(sql.read(), params)
        return self._findings(self.env.cr.fetchall())

    def _findings(self, rows):
        return [
            self._finding(problem, category, key, version)
            for problem, category, key, version in rows
        ]

    def _finding(self, problem, category, key, version=None, words=None, res_id=None):
        return {
            "problem": problem,
            "category": category or "",
            "key": key or "",
            "version": version or 0,
            "res_id": res_id or 0,
            "words": words or self._words(problem, category, key, version),
        }

    def _words(self, problem, category, key, version):
        _ = self.env._
        place = {"name": category, "key": key, "version": version}
        match problem:
            case "content":
                text = _(
                    "%(name)s %(key)s: event %(version)s is not as it was written."
                )
            case "gap":
                text = _("%(name)s %(key)s: events before %(version)s are missing.")
            case "tail":
                text = _(
                    "%(name)s %(key)s: the last events, up to %(version)s, are cut."
                )
            case "head":
                text = _("%(name)s %(key)s: its head is not that of its last event.")
            case "orphan":
                text = _("Stream %(key)s is gone, but its events are still there.")
            case "text":
                text = _("%(name)s %(key)s: a free text was reworded.")
            case "seal":
                text = _("Seal %(key)s was changed, or one before it was taken out.")
            case "sealed":
                text = _(
                    "%(name)s %(key)s: event %(version)s was sealed, and is now another"
                    " or gone."
                )
            case _other:
                text = problem
        return text % place

    # --------------------------------------------------------------------- drift
    def _run_drift(self, name):
        unreadable = {}
        drift = self.env["kam.projector"]._drift(name, unreadable)
        found = [
            self._finding(
                "drift",
                name,
                one["key"],
                words=self._drift_words(one),
                res_id=one["res_id"],
            )
            for one in drift
        ]
        found += self._unreadable(name, unreadable)
        return found[:SHOWN], {"rows": self._count(name), "drift": len(found)}

    def _count(self, name):
        # sudo: a number of rows, for an administrator
        return self.env[name].sudo().with_context(active_test=False).search_count([])

    def _drift_words(self, one):
        values = {**one, "label": self._label(one["model"], one["field"])}
        return self.env._(
            "%(model)s %(res_id)s: “%(label)s” is %(row)s in the table and %(log)s in"
            " the log. Rebuild puts the table right.",
            **values,
        )

    def _label(self, model, name):
        field = self.env[model]._fields[name]
        return field._description_string(self.env)

    def _run_facts(self):
        """Compare the facts with Odoo's documents."""
        facts = self.env["kam.fact.check"]._check(limit=SHOWN)
        found = [
            self._finding(
                "fact",
                one["model"],
                str(one["res_id"]),
                words=self._fact_words(one),
                res_id=one["res_id"],
            )
            for one in facts
        ]
        return found, {"facts": len(found)}

    def _fact_words(self, one):
        _ = self.env._
        match one["finding"]:
            case "missing":
                text = _(
                    "%(model)s %(res_id)s: the log lacks “%(type)s”. Run “odoo kam"
                    " genesis”."
                )
            case "turnover":
                text = _(
                    "%(model)s %(res_id)s: turnover is %(facts)s by the facts and"
                    " %(odoo)s in Odoo."
                )
            case _other:
                text = _(
                    "%(model)s %(res_id)s: what is open is %(facts)s by the facts and"
                    " %(odoo)s in Odoo."
                )
        return text % one

    def _run_flat(self, name):
        """Compare a flat table with what the log makes of it now."""
        found = [
            self._finding("drift", name, self._flat_key(row), words=words)
            for row, words in self._flat_words(name)
        ]
        return found, {"drift": len(found)}

    def _flat_key(self, row):
        return str(row.get("stream_id") or row.get("id") or "")

    def _flat_words(self, name):
        _ = self.env._
        for row in self.env[name]._drifted(SHOWN):
            text = (
                _("%(table)s: the log has a row for %(key)s that the table lacks.")
                if row["in_log"]
                else _("%(table)s: the table has a row for %(key)s, not so in the log.")
            )
            values = {
                "table": self.env[name]._description,
                "key": "{} {}".format(
                    row.get("res_model") or _("document"),
                    row.get("res_id") or self._flat_key(row),
                ),
            }
            yield row, text % values + " " + _("Rebuild puts the table right.")

    # ------------------------------------------------------------------- rebuild
    def _run_rebuild(self, name):
        unreadable = {}
        numbers = self.env["kam.projector"]._rebuild(name, unreadable)
        return self._unreadable(name, unreadable), numbers

    def _run_rebuild_facts(self):
        """Make the flat tables of facts anew from the log."""
        found = []
        for name in self.env["kam.projector"]._tables():
            self.env[name]._rebuild()
            found += self.env[name]._parked_findings()
        return found, {}

    def _run_parked(self):
        """Try what the flat tables leave out again; say what cannot be read still."""
        names = self.env["kam.projector"]._tables()
        found = [one for name in names for one in self.env[name]._retry_parked()]
        return found[:SHOWN], {}

    def _unreadable(self, name, unreadable):
        """Return findings about streams that cannot be folded.

        :param unreadable: {key: the refusal}, see ``kam.event.sourced._fold``
        """
        return [
            self._finding(
                "unreadable", name, key, version=error.version, words=str(error)
            )
            for key, error in unreadable.items()
        ][:SHOWN]

    # ---------------------------------------------------------------------- seal
    def _run_seal(self):
        sealed = self._seal()
        return [], {"heads": sealed["heads"], "events": sealed["events"]}

    def _seal(self):
        """Seal what changed since the last seal.

        :return: dict ``id`` (0 when nothing had changed), ``heads``, ``events``,
            ``digest`` (hex; of the last seal when nothing had changed), ``sealed_at``
        """
        self.env.flush_all()
        try:
            with (
                self.env.cr.savepoint(),
                file_open("kam_management/sql/log_seal.sql") as sql,
            ):
                # pylint: disable=sql-injection
                self.env.cr.execute(sql.read())
                row = self.env.cr.fetchone()
        except psycopg2.errors.UniqueViolation as error:
            raise UserError(
                self.env._(
                    "Another seal was made at this moment. Nothing is lost: seal again."
                )
            ) from error
        if row is None:
            self.env.cr.execute(
                """SELECT 0, 0, 0, encode(digest, 'hex'),
                          sealed_at AT TIME ZONE 'UTC'
                     FROM kam_es.seal ORDER BY id DESC LIMIT 1"""
            )
            row = self.env.cr.fetchone() or (0, 0, 0, "", None)
        names = ("id", "heads", "events", "digest", "sealed_at")
        return dict(zip(names, row, strict=True))
