"""What a check of the log found, in words: nightly, or at an administrator's wish."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.service.model import retrying

AT_ONCE = 50_000  # events: a check of more goes to the background
KEPT_DAYS = 400

KINDS = [
    ("verify", "Verify the log"),
    ("drift", "Compare the tables with the log"),
    ("nightly", "Nightly: verify and compare"),
    ("rebuild", "Rebuild the tables from the log"),
    ("seal", "Seal"),
    ("follow", "Follow the log"),
]


class KamLogCheck(models.Model):
    _name = "kam.log.check"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Check of the event log"
    _order = "id desc"
    _rec_name = "kind"

    kind = fields.Selection(KINDS, "What", required=True, readonly=True)
    state = fields.Selection(
        [
            ("running", "Under way"),
            ("clean", "In order"),
            ("findings", "Something is wrong"),
            ("failed", "Broken off"),
        ],
        default="running",
        required=True,
        readonly=True,
        index=True,
    )
    result = fields.Text(readonly=True)
    started_at = fields.Datetime("Started", readonly=True, default=fields.Datetime.now)
    finished_at = fields.Datetime("Finished", readonly=True)
    units = fields.Json(readonly=True)
    done = fields.Integer("Steps done", readonly=True)
    progress = fields.Integer(compute="_compute_progress")
    numbers = fields.Json(readonly=True)
    stream_count = fields.Integer("Streams", compute="_compute_numbers")
    event_count = fields.Integer("Events", compute="_compute_numbers")
    finding_count = fields.Integer("Findings", readonly=True)
    line_ids = fields.One2many("kam.log.check.line", "check_id", "Found")

    @api.depends("kind")
    def _compute_display_name(self):
        words = dict(self._fields["kind"]._description_selection(self.env))
        for check in self:
            check.display_name = words.get(check.kind)

    @api.depends("units", "done")
    def _compute_progress(self):
        for check in self:
            total = len(check.units or ())
            check.progress = 100 * check.done // total if total else 0

    @api.depends("numbers")
    def _compute_numbers(self):
        for check in self:
            numbers = check.numbers or {}
            check.stream_count = numbers.get("streams", 0)
            check.event_count = numbers.get("events", 0)

    # ------------------------------------------------------------------- buttons
    @api.model
    def verify_now(self):
        """Verify hash chains, heads, free texts and seals.

        :return: dict as of :meth:`result_of`
        """
        return self._now("verify").result_of()

    @api.model
    def drift_now(self):
        """Compare every event-sourced table, and the facts, with the log.

        :return: dict as of :meth:`result_of`
        """
        return self._now("drift").result_of()

    @api.model
    def seal_now(self):
        """Seal the heads that changed since the last seal.

        :return: dict as of :meth:`result_of`
        """
        return self._now("seal").result_of()

    @api.model
    def rebuild_now(self):
        """Make the rows of every event-sourced table what the log says.

        :return: dict as of :meth:`result_of`
        """
        return self._now("rebuild").result_of()

    @api.readonly
    def result_of(self):
        """Return a check's result.

        :return: dict ``id``, ``kind``, ``state`` (``running``, ``clean``, ``findings``
            or ``failed``), ``result`` (words), ``progress`` (percent), ``numbers`` and
            ``findings`` (list of dicts ``problem``, ``model``, ``key``, ``version``,
            ``res_id``, ``words``)
        """
        self.ensure_one()
        return {
            "id": self.id,
            "kind": self.kind,
            "state": self.state,
            "result": self.result or "",
            "progress": self.progress,
            "numbers": self.numbers or {},
            "findings": [
                {
                    "problem": line.problem,
                    "model": line.model,
                    "key": line.key,
                    "version": line.version,
                    "res_id": line.res_id,
                    "words": line.words,
                }
                for line in self.line_ids
            ],
        }

    def action_verify(self):
        """Verify now, and show the result."""
        return self._now("verify")._show()

    def action_drift(self):
        """Compare the tables with the log now, and show the result."""
        return self._now("drift")._show()

    def action_seal(self):
        """Seal now, and show the result."""
        return self._now("seal")._show()

    def action_rebuild(self):
        """Rebuild now, and show the result."""
        return self._now("rebuild")._show()

    def action_refresh(self):
        """Show how far the check has come."""
        return self._show()

    def _show(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Log health"),
            "res_model": "kam.log.check",
            "res_id": self.id,
            "views": [(False, "form")],
        }

    @api.model
    def _now(self, kind):
        """Do a check now, or hand it to the background when the log is long."""
        self.check_access("create")
        check = self._begin(kind)
        if self._log_size() <= AT_ONCE:
            check._work()
        else:
            check.result = self.env._(
                "The log is long: this runs in the background. Come back in a while."
            )
            self.env.ref("kam_management.ir_cron_kam_log_jobs")._trigger()
        return check

    def _log_size(self):
        self.env.cr.execute("SELECT coalesce(sum(version), 0) FROM kam_es.stream")
        return self.env.cr.fetchone()[0]

    # ---------------------------------------------------------------------- work
    @api.model
    def _begin(self, kind):
        return self.create({"kind": kind, "units": self._audit()._units(kind)})

    @api.model
    def _tell(self, kind, found):
        """Keep what was found outside of a check, and tell the administrators."""
        check = self.create({"kind": kind, "units": [[kind]]})
        check._keep(found, {})
        check._finish()
        check._call_administrators()

    def _audit(self):
        # sudo: the administrator who may open this screen checks all there is
        return self.env["kam.log.audit"].sudo()

    def _work(self, commit=False):
        """Do the steps that are left.

        :param commit: commit after each step, and stop when the cron's time is over
        """
        self.ensure_one()
        while self.state == "running":
            if commit:
                self._step_committed()
            else:
                self._step()
            if commit and not self._progress():
                break

    def _progress(self):
        left = len(self.units) - self.done if self.state == "running" else 0
        return self.env["ir.cron"]._commit_progress(1, remaining=left)

    def _step_committed(self):
        """Do one step in a transaction of its own; lost races are tried again."""
        try:
            retrying(self._step, self.env)
        except Exception as error:
            self.env.cr.rollback()
            self._break_off(error)
            raise

    def _break_off(self, error):
        self.write(
            {
                "state": "failed",
                "finished_at": fields.Datetime.now(),
                "result": self.env._(
                    "Broken off: %s Look into the server's log and start it again.",
                    error,
                ),
            }
        )
        self._call_administrators()
        self.env.cr.commit()  # pylint: disable=invalid-commit

    def _step(self):
        units = self.units or []
        if self.done < len(units):
            found, numbers = self._audit()._run_unit(units[self.done])
            self._keep(found, numbers)
        if self.done >= len(units):
            self._finish()

    def _keep(self, found, numbers):
        total = dict(self.numbers or {})
        for name, value in numbers.items():
            total[name] = total.get(name, 0) + value
        self.env["kam.log.check.line"].create(
            [
                {
                    "check_id": self.id,
                    "model": one["category"],
                    **{k: v for k, v in one.items() if k != "category"},
                }
                for one in found
            ]
        )
        self.write(
            {
                "numbers": total,
                "done": self.done + 1,
                "finding_count": self.finding_count + len(found),
            }
        )

    def _finish(self):
        self.write(
            {
                "state": "findings" if self.finding_count else "clean",
                "finished_at": fields.Datetime.now(),
                "result": self._result_words(),
            }
        )
        if self.finding_count and self.kind == "nightly":
            self._call_administrators()

    def _result_words(self):
        _, numbers = self.env._, self.numbers or {}
        if self.finding_count:
            return _(
                "%(count)s findings; the lines below say what is wrong and where.",
                count=self.finding_count,
            )
        match self.kind:
            case "verify" | "nightly":
                words = _(
                    "%(events)s events in %(streams)s streams are whole and in order;"
                    " %(seals)s seals hold.",
                    events=numbers.get("events", 0),
                    streams=numbers.get("streams", 0),
                    seals=numbers.get("seals", 0),
                )
                if self.kind == "verify":
                    return words
                return words + " " + self._no_drift_words(numbers)
            case "drift":
                return self._no_drift_words(numbers)
            case "rebuild":
                return _(
                    "The tables are what the log says: %(created)s rows came back,"
                    " %(changed)s were put right, %(removed)s were taken out.",
                    created=numbers.get("created", 0),
                    changed=numbers.get("changed", 0),
                    removed=numbers.get("removed", 0),
                )
        if not numbers.get("heads"):
            return _("Nothing has changed since the last seal.")
        return _(
            "Sealed: %(events)s new events of %(heads)s streams.",
            events=numbers["events"],
            heads=numbers["heads"],
        )

    def _no_drift_words(self, numbers):
        return self.env._(
            "%(rows)s rows agree with the log.", rows=numbers.get("rows", 0)
        )

    def _call_administrators(self):
        """Give every administrator an activity; who wants mail for these gets mail."""
        # sudo: a cron or an administrator tells all administrators
        group = self.env.ref("base.group_system").sudo()
        for user in group.all_user_ids.filtered("active"):
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("The event log needs you: %s", self.display_name),
                note=self.result,
                user_id=user.id,
            )

    # --------------------------------------------------------------------- crons
    @api.model
    def _cron_nightly(self):
        """Begin the nightly check; the background job does it, step by step."""
        self._begin("nightly")
        self.env.ref("kam_management.ir_cron_kam_log_jobs")._trigger()

    @api.model
    def _cron_jobs(self):
        """Go on with the checks that are under way, oldest first."""
        for check in self.search([("state", "=", "running")], order="id"):
            if not check.try_lock_for_update():
                continue
            check._work(commit=True)
            if check.state == "running":  # out of time: go on as soon as possible
                self.env.ref("kam_management.ir_cron_kam_log_jobs")._trigger()
                return

    @api.model
    def _cron_seal(self):
        """Seal what changed since yesterday."""
        retrying(lambda: self._begin("seal")._work(), self.env)

    @api.autovacuum
    def _gc_old(self):
        """Forget what was found in order long ago; findings stay."""
        limit = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        old = self.search(
            [("state", "=", "clean"), ("started_at", "<", limit)], limit=1000
        )
        old.unlink()
