"""What people see of the log: history, as of a day on either clock, what changed."""

from datetime import datetime, time, timezone

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date, format_datetime

from ..kam_core.record import DomainError, Text, check_day, names

CLOCKS = ("effective_at", "recorded_at")


class KamEventSourced(models.AbstractModel):
    _inherit = "kam.event.sourced"

    # ----------------------------------------------------------- integrations
    @api.readonly
    def kam_history(self, offset=0, limit=100):
        """Return what happened to one record, newest first, in the user's words.

        :param offset: events to pass over
        :param limit: events to return, at most
        :return: dict ``total`` and ``events``: list of dicts with ``id``, ``version``,
            ``type``, ``title``, ``actor``, ``behalf`` (name or False),
            ``effective_at`` and ``recorded_at`` (UTC, ``YYYY-MM-DD HH:MM:SS``),
            ``true_on`` (day of ``effective_at`` where the company is), ``late``
            (recorded on a later day than it was true), ``notes`` (list of
            ``{label, value}``) and ``changes`` (list of ``{field, label, old, new}``)
        """
        self.ensure_one()
        self.check_access("read")
        if not all(isinstance(one, int) and one >= 0 for one in (offset, limit)):
            raise UserError(
                self.env._("“Offset” and “limit” are whole numbers from 0 on.")
            )
        steps = self._history_steps()
        chosen = steps[::-1][offset : offset + limit]
        return {"total": len(steps), "events": self._describe_steps(chosen)}

    @api.readonly
    def kam_as_of(self, day, clock="effective_at"):
        """Return one record as it was at the end of a day.

        :param day: date, ``YYYY-MM-DD``
        :param clock: ``effective_at`` (as it was; days are the company's) or
            ``recorded_at`` (as we knew it; days are the user's)
        :return: dict ``exists``, ``version`` and ``fields``: list of dicts ``field``,
            ``label`` and ``value`` (in words)
        """
        self.ensure_one()
        self.check_access("read")
        version, state = self._state_as_of(day, clock)
        shown = [] if state is None else self._describe_state(state)
        return {"exists": state is not None, "version": version, "fields": shown}

    @api.readonly
    def kam_changes(self, day_from, day_to, clock="effective_at"):
        """Return what differs between the ends of two days.

        :param day_from: earlier date, ``YYYY-MM-DD``
        :param day_to: later date
        :param clock: as in :meth:`kam_as_of`
        :return: list of dicts ``field``, ``label``, ``old``, ``new``
        """
        self.ensure_one()
        self.check_access("read")
        before = self._state_as_of(day_from, clock)[1]
        after = self._state_as_of(day_to, clock)[1]
        return self._describe_changes([(before, after)])[0]

    # ---------------------------------------------------------------- folding
    def _state_as_of(self, day, clock):
        """Return (version, state) at the end of ``day``; (0, None) before it was."""
        if clock not in CLOCKS:
            raise UserError(
                self.env._(
                    "“Clock” is “effective_at” (as it was) or “recorded_at” (as we knew"
                    " it)."
                )
            )
        rows = self.env["kam.event.store"]._read_keys(
            self._name,
            [self.event_key],
            until=self._end_of_day(day, clock),
            clock=clock,
        )
        return self._fold(rows).get(self.event_key, (0, None))

    def _end_of_day(self, day, clock):
        try:
            day = fields.Date.to_date(day)
            if day:
                check_day(day)
        except (DomainError, TypeError, ValueError) as error:
            raise UserError(
                self.env._("“Day” is a date such as 2026-03-31; “%s” is not.", day)
            ) from error
        if not day:
            raise UserError(self.env._("“Day” is missing: choose a date."))
        zone = self._company_zone()
        if clock == "recorded_at":
            zone = pytz.timezone(self.env.user.tz or "UTC")
        moment = zone.localize(datetime.combine(day, time.max))
        return moment.astimezone(timezone.utc)

    def _company_zone(self):
        """Return the time zone in which the record's days begin and end."""
        company = "company_id" in self._fields and self.company_id
        # sudo: the time zone of the company is no secret
        return pytz.timezone(company.sudo()._kam_time_zone() if company else "UTC")

    def _history_steps(self):
        """Return [(log row, event, state before, state after)], oldest first."""
        rows = self.env["kam.event.store"]._read_log(self._name, [self.event_key])
        read_text = self._text_reader(
            [(*[None] * 5, row["payload"], row["confidential"]) for row in rows]
        )
        steps, state = [], None
        for row in rows:
            event, after = self._evolved(
                state,
                row["version"],
                row["type"],
                (row["schema"], row["payload"], row["confidential"]),
                read_text,
            )
            steps.append((row, event, state, after))
            state = after
        return steps

    # ---------------------------------------------------------------- wording
    def _event_titles(self):
        """Return ``{event name: words}``; models add their own."""
        _ = self.env._
        return {
            "Created": _("Created"),
            "Changed": _("Changed"),
            "Removed": _("Deleted"),
            "Relinked": _("Linked record merged"),
        }

    def _note_labels(self):
        """Return ``{field of an event: words}`` for what no state field holds."""
        _ = self.env._
        return {"reason": _("Reason"), "effective_on": _("As of")}

    def _describe_steps(self, steps):
        titles, users = self._event_titles(), self._user_names(steps)
        changes = self._describe_changes([(step[2], step[3]) for step in steps])
        zone = self._company_zone()
        out = []
        for (row, event, _before, _after), changed in zip(steps, changes, strict=True):
            effective, recorded = (_naive(row[clock]) for clock in CLOCKS)
            true_on, known_on = (row[clock].astimezone(zone).date() for clock in CLOCKS)
            out.append(
                {
                    "id": row["id"],
                    "version": row["version"],
                    "type": row["type"],
                    "title": titles.get(row["type"], row["type"]),
                    "actor": users.get(row["actor_id"]) or self._missing(),
                    "behalf": users.get(row["behalf_id"], False),
                    "effective_at": fields.Datetime.to_string(effective),
                    "recorded_at": fields.Datetime.to_string(recorded),
                    "true_on": fields.Date.to_string(true_on),
                    "late": true_on < known_on,
                    "notes": self._describe_notes(event),
                    "changes": changed,
                }
            )
        return out

    def _user_names(self, steps):
        ids = {row[key] for row, *_ in steps for key in ("actor_id", "behalf_id")}
        # sudo: names of the people who acted on a record that the reader may read
        users = self.env["res.users"].sudo().browse(ids - {None}).exists()
        return {user.id: user.name for user in users}

    def _missing(self):
        return self.env._("a deleted user")

    def _describe_notes(self, event):
        labels = self._note_labels()
        notes = []
        for name in names(type(event)):
            value = getattr(event, name)
            if name in labels and value:
                words = str(value) if isinstance(value, Text) else self._plain(value)
                notes.append({"label": labels[name], "value": words})
        return notes

    def _plain(self, value):
        return format_date(self.env, value) if hasattr(value, "year") else str(value)

    def _describe_state(self, state):
        [shown] = self._describe_changes([(None, state)])
        return [
            {"field": one["field"], "label": one["label"], "value": one["new"]}
            for one in shown
        ]

    def _describe_changes(self, pairs):
        """Return, for each (before, after), the differing fields in words."""
        wanted = []
        for before, after in pairs:
            rows = []
            for name in names(self._core.State):
                old = getattr(before, name) if before else None
                new = getattr(after, name) if after else None
                if (old or None) != (new or None) and self._may_show(name):
                    rows.append((name, old, new))
            wanted.append(rows)
        linked = self._linked_names(
            (name, value) for rows in wanted for name, *two in rows for value in two
        )
        return [
            [
                {
                    "field": name,
                    "label": self._fields[name]._description_string(self.env),
                    "old": self._words(name, old, linked),
                    "new": self._words(name, new, linked),
                }
                for name, old, new in rows
            ]
            for rows in wanted
        ]

    def _may_show(self, name):
        return self._has_field_access(self._fields[name], "read")

    def _linked_names(self, values):
        """Return {(model, id): name} of all linked records, one read a model."""
        ids = {}
        for name, value in values:
            for model, one in self._links(self, name, value):
                ids.setdefault(model, set()).add(one)
        out = {}
        for model, wanted in ids.items():
            # sudo: names of records linked from one that the reader may read
            for record in self.env[model].sudo().browse(wanted).exists():
                out[model, record.id] = record.display_name
        return out

    def _links(self, model, name, value):
        field = model._fields[name]
        if not value or field.type not in ("many2one", "many2many", "one2many"):
            return
        if field.type == "one2many":
            comodel = self.env[field.comodel_name]
            for part in value:
                for inner in comodel._names():
                    yield from self._links(comodel, inner, getattr(part, inner))
            return
        for one in value if isinstance(value, tuple) else (value,):
            yield field.comodel_name, one

    def _words(self, name, value, linked, model=None):
        """Return a core value as text in the user's language."""
        model = self if model is None else model
        field = model._fields[name]
        if value is None or value == ():
            return ""
        match field.type:
            case "many2one":
                return linked.get((field.comodel_name, value), f"#{value}")
            case "many2many":
                return ", ".join(
                    linked.get((field.comodel_name, one), f"#{one}") for one in value
                )
            case "one2many":
                comodel = self.env[field.comodel_name]
                return "\n".join(
                    comodel._part_words(
                        {
                            inner: self._words(
                                inner, getattr(part, inner), linked, comodel
                            )
                            for inner in comodel._names()
                        }
                    )
                    for part in value
                )
            case "selection":
                return dict(field._description_selection(self.env)).get(value, value)
        return self._scalar_words(field, value)

    def _scalar_words(self, field, value):
        match field.type:
            case "boolean":
                return self.env._("yes") if value else self.env._("no")
            case "date":
                return format_date(self.env, value)
            case "datetime":
                return format_datetime(self.env, _naive(value))
            case "monetary":
                currency = self[field.get_currency_field(self)]
                return format_amount(
                    self.env, float(value), currency or self.env.company.currency_id
                )
        return str(value)


class KamEventSourcedPart(models.AbstractModel):
    _inherit = "kam.event.sourced.part"

    # a line has no stream of its own: its history is that of its record
    def _whole(self):
        self.ensure_one()
        self.check_access("read")
        return self[self._part_of[0]]

    @api.readonly
    def kam_history(self, offset=0, limit=100):
        """Return what happened to the record of this line, as its own method does."""
        return self._whole().kam_history(offset, limit)

    @api.readonly
    def kam_as_of(self, day, clock="effective_at"):
        """Return the record of this line as of a day, as its own method does."""
        return self._whole().kam_as_of(day, clock)

    @api.readonly
    def kam_changes(self, day_from, day_to, clock="effective_at"):
        """Return what differs in the record of this line between two days."""
        return self._whole().kam_changes(day_from, day_to, clock)

    def _part_words(self, words):
        """Return one line for a part; ``words`` are its fields as text."""
        return ", ".join(value for value in words.values() if value)


def _naive(moment):
    return moment.astimezone(timezone.utc).replace(tzinfo=None)
