"""The mixin: create, write and unlink of a model ARE its command interface.

Put ``kam.event.sourced`` first in ``_inherit`` and name the core module in ``_core``;
the fields of the core's ``State`` are then event-sourced, all others stay plain. The
state a command is judged on comes from the log, never from the row, so there is no
flag, context key or token to forge. This file has the doors; others beside it have the
values, the lines, the calls of integrations, and the history that people see.
"""

import uuid
from datetime import date, datetime, time, timezone

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..kam_core import codec
from ..kam_core.record import (
    Create,
    DomainError,
    Edit,
    Remove,
    Text,
    names,
    schema_of,
)
from .kam_event_store import Entry, Recorded, seal_text, storable

# what decoding and folding raise on an event that the addon did not write
UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


class UnreadableEvent(UserError):
    """A recorded event that this code does not understand."""

    def __init__(self, message, version):
        super().__init__(message)
        self.version = version


class KamEventSourced(models.AbstractModel):
    _name = "kam.event.sourced"
    _description = "Record whose changes are events"
    _core = None  # core module: State, PARTS, EVENTS, decide, evolve

    event_key = fields.Char(index="btree", copy=False, readonly=True)
    event_version = fields.Integer(compute="_compute_event_version", string="Version")

    def _compute_event_version(self):
        heads = self.env["kam.event.store"]._heads(
            self._name, [key for key in self.mapped("event_key") if key]
        )
        for record in self:
            record.event_version = heads.get(record.event_key, 0)

    # ------------------------------------------------------------------- doors
    @api.model_create_multi
    def create(self, vals_list):
        if self._core and any("event_key" in vals for vals in vals_list):
            raise UserError(
                self.env._("“Event key” is given by the log; leave it out.")
            )
        return super().create(vals_list)

    def _create(self, data_list):
        if self._core is None:
            return super()._create(data_list)
        keys, states, entries = [], [], []
        for data in data_list:
            values = self._initial_values(data["stored"])
            events, state = self._decide(None, Create(values))
            keys.append(str(uuid.uuid4()))
            states.append(state)
            entries.append((keys[-1], None, state, events))
        reserved = self._append(entries, sequence=f"{self._table}_id_seq")
        for data, key, state, (row_id, *_rest) in zip(
            data_list, keys, states, reserved, strict=True
        ):
            for name in self._core.PARTS:
                data["stored"].pop(name, None)
            data["stored"].update(
                self._to_row(_shallow(state)), event_key=key, id=row_id
            )
        records = super()._create(data_list)
        self._project_new_parts(records, states)
        return records

    def write(self, vals):
        if self._core is None:
            return super().write(vals)
        if "event_key" in vals:
            raise UserError(
                self.env._("“Event key” is given by the log; leave it out.")
            )
        mine = [name for name in names(self._core.State) if name in vals]
        if not mine or not self or not all(self._ids):
            return super().write(vals)
        self.check_access("write")
        for name in mine:
            self._check_field_access(self._fields[name], "write")
        steps = []
        for record, key, version, state in self._load():
            changes = record._changes(state, vals, mine)
            steps.append((record, key, version, state, changes and Edit(changes)))
        plain = {name: value for name, value in vals.items() if name not in mine}
        return self._handle(
            steps,
            lambda records, values: super().write(values),
            plain,
            mine,
        )

    def unlink(self):
        if self._core and self:
            self.check_access("unlink")
            self._append(
                [
                    (key, version, state, record._decide(state, Remove())[0])
                    for record, key, version, state in self._load()
                ]
            )
        return super().unlink()

    def _command(self, command, expected_version=None):
        """Run a command (a button, a decision) on the records.

        Its events are appended first; then an ordinary ``write`` projects them, so
        tracking, automation rules and other addons see a normal change.

        :param command: a command of the core module
        :param expected_version: version the decision was made on; None: any
        :raises UserError: the core refuses, or the record has changed meanwhile
        """
        return self._command_each(lambda _record, _state: command, expected_version)

    def _command_each(self, command_of, expected_version=None):
        """Run a command of its own on each record; see :meth:`_command`.

        One append for all, and one write for all that change alike.

        :param command_of: function(record, state in the log) -> command
        """
        self.check_access("write")
        loaded = self._load()
        if expected_version is not None:
            self._check_version(loaded, expected_version)
        return self._handle(
            [(*one, command_of(one[0], one[3])) for one in loaded],
            lambda records, vals: records.write(vals),
            {},
            (),
        )

    def _check_version(self, loaded, expected_version):
        for record, _key, version, _state in loaded:
            if version != expected_version:
                raise UserError(
                    self.env._(
                        "“%(name)s” has been changed by somebody else meanwhile."
                        " Reload it, look at the change and decide again.",
                        name=record.display_name,
                    )
                )

    # --------------------------------------------------- decide, append, project
    def _decide(self, state, command):
        """Return (events, new state); a refusal becomes a sentence for the user."""
        try:
            events = self._core.decide(state, command)
        except DomainError as refusal:
            raise self._refusal(refusal) from refusal
        for event in events:
            state = self._core.evolve(state, event)
        return events, state

    def _refusal(self, refusal):
        params = {
            key: self._param_words(key, value) if isinstance(value, str) else value
            for key, value in refusal.params.items()
        }
        # the template comes from the core, where it is marked for translation
        message = self.env._(refusal.message, **params)  # pylint: disable=translation-contains-variable,translation-not-lazy
        return UserError(message)

    def _param_words(self, key, value):
        """Return a parameter of a refusal in the user's words: a field, a button."""
        if value in self._fields:
            return self._fields[value]._description_string(self.env)
        # buttons are named, and marked, in the core
        return self.env._(value)  # pylint: disable=translation-contains-variable,translation-not-lazy

    def _handle(self, steps, write, plain, touched):
        """Decide and append all steps, then project them in as few writes as may be."""
        entries, groups, parts = [], {}, {}
        for record, key, version, state, command in steps:
            events, new = record._decide(state, command) if command else ((), state)
            if events:
                entries.append((key, version, new or state, events))
            if new is None:
                continue  # the stream ended: there is nothing left to show
            delta = self._delta(state, new, touched)
            for name in delta.keys() & self._core.PARTS.keys():
                pair = (getattr(state, name), delta.pop(name))
                parts.setdefault(name, {})[record.id] = pair
            groups.setdefault(tuple(sorted(delta.items(), key=_first)), []).append(
                record.id
            )
        if entries:
            self._append(entries)
        elif touched:
            self.env["kam.event.store"]._open_projection()
        for name, by_id in parts.items():
            self.browse(by_id)._project_parts(name, by_id)
        for delta, ids in groups.items():
            if vals := {**plain, **self._to_row(dict(delta))}:
                write(self.browse(ids), vals)
        return True

    def _delta(self, state, new, touched):
        """Return {field: value} to project: what is touched, and what changed."""
        return {
            name: getattr(new, name)
            for name in names(type(new))
            if name in touched or getattr(new, name) != getattr(state, name)
        }

    def _append(self, entries, sequence=None):
        """Append ``entries``: list of (key, version, state after, events)."""
        texts, prepared = [], []
        behalf = self._acting_for([state for _k, _v, state, _e in entries])
        confidential = getattr(self._core, "CONFIDENTIAL", frozenset())
        for (key, version, state, events), behalf_id in zip(
            entries, behalf, strict=True
        ):
            company_id = getattr(state, "company_id", None)
            prepared.append(
                Entry(
                    category=self._name,
                    key=key,
                    company_id=company_id,
                    behalf_id=behalf_id,
                    expected=version,
                    sequence=sequence,
                    events=[
                        self._to_record(key, company_id, event, texts, confidential)
                        for event in events
                    ],
                )
            )
        return self.env["kam.event.store"]._append(prepared, texts)

    def _to_record(self, key, company_id, event, texts, confidential):
        def keep(body):
            digest, salt = seal_text(body)
            texts.append((digest, self._name, key, salt, body))
            return digest

        payload = codec.encode(event, keep)
        return Recorded(
            type=type(event).__name__,
            schema=schema_of(type(event)),
            payload=payload,
            confidential=codec.take_out(payload, confidential),
            effective_at=self._effective_at(event, company_id),
        )

    def _effective_at(self, event, company_id):
        """Return when the event was true: its ``effective_on`` day or ``at`` moment."""
        moment = getattr(event, "at", None)
        if isinstance(moment, datetime):
            return moment
        day = getattr(event, "effective_on", None)
        return self._start_of_day(day, company_id) if isinstance(day, date) else None

    def _start_of_day(self, day, company_id):
        """Return the moment a day begins in the time zone of the company."""
        company = self.env["res.company"].browse(company_id)
        # sudo: the time zone of the company's calendar is no secret
        zone = pytz.timezone(company.sudo()._kam_time_zone() if company else "UTC")
        return zone.localize(datetime.combine(day, time.min)).astimezone(timezone.utc)

    @api.model
    def _reason(self, value):
        """Return a reason given by a caller as the core has it; None for blanks."""
        if not value or (isinstance(value, str) and not value.strip()):
            return None
        try:
            return storable(Text(value.strip()))
        except (AttributeError, ValueError) as error:
            raise UserError(
                self.env._("“Reason” is a text: say in a sentence why.")
            ) from error

    @api.model
    def _day_given(self, value):
        """Return a date given by a caller; None when left out."""
        try:
            return fields.Date.to_date(value) or None
        except (TypeError, ValueError) as error:
            raise UserError(
                self.env._(
                    "“Effective on” is a date such as 2026-03-31; “%s” is not.", value
                )
            ) from error

    def _acting_for(self, states):
        """Return, for each state, the user on whose behalf the current user acts."""
        return [None] * len(states)

    # what the projector calls to repair rows: no event, no rule, so it passes by the
    # doors above
    # pylint: disable=super-method-mismatch
    def _project_rows(self, stored):
        return super()._create(
            [
                {"stored": one, "inversed": {}, "inherited": {}, "protected": set()}
                for one in stored
            ]
        )

    def _project_row(self, vals):
        return super().write(vals)

    def _project_stray(self, stray):
        return super(KamEventSourced, stray).unlink()

    def _after_rebuild(self):
        """Make what the log does not hold itself, once the rows are there again.

        The projector calls it on the model, as superuser and with archived rows in
        sight: after this model's rows were made anew; after a reinstall when those of
        all models are. It runs again and again, so it makes only what is missing. Lines
        shown of a sealed paper, or records that are delivered, belong here.
        """

    # -------------------------------------------------------------------- load
    def _load(self):
        """Fold the records from the log; one query.

        :return: list of (record, key, version, state)
        :raises UserError: a row without a stream, or whose stream has ended
        """
        rows, texts = self.env["kam.event.store"]._read_rows(
            self._name, self._table, self._ids
        )
        folded = self._fold(rows, texts.get)
        by_id = {
            row_id: (key, *folded[key])
            for row_id, key, *_rest in rows
            if folded[key][1] is not None
        }
        if missing := [one for one in self._ids if one not in by_id]:
            raise UserError(
                self.env._(
                    "%(model)s %(ids)s has no history in the event log. Ask an"
                    " administrator to run “odoo kam rebuild”.",
                    model=self._description,
                    ids=missing,
                )
            )
        # union: an id given twice is one record
        return [(record, *by_id[record.id]) for record in self.union()]

    def _fold(self, rows, read_text=None, unreadable=None):
        """Return ``{key: (version, state)}`` of store rows; state None when removed.

        :param read_text: function(digest) -> body; looked up when left out
        :param unreadable: dict that takes {key: refusal} of the streams with an event
            that cannot be read, which are left out; None: the first of them raises
        """
        read_text = read_text or self._text_reader(rows)
        out, wrong = {}, {} if unreadable is None else unreadable
        for _row_id, key, version, name, *recorded in rows:
            if key in wrong:
                continue
            _version, state = out.get(key, (0, None))
            try:
                _event, state = self._evolved(state, version, name, recorded, read_text)
            except UnreadableEvent as refusal:
                if unreadable is None:
                    raise
                wrong[key] = refusal
                out.pop(key, None)
            else:
                out[key] = (version, state)
        return out

    def _evolved(self, state, version, name, recorded, read_text):
        """Return (event, state after) of one recorded event.

        :param recorded: (schema, payload, confidential)
        :raises UnreadableEvent: this code did not write it
        """
        try:
            event = self._from_log(name, *recorded, read_text)
            if state is not None or name == "Created":
                state = self._core.evolve(state, event)
        except UNREADABLE as why:
            raise UnreadableEvent(
                self.env._(
                    "%(model)s: event %(version)s of its history, “%(name)s”, cannot be"
                    " read. Nothing is lost, and nothing is changed: ask an"
                    " administrator to open “Log health” and verify the log.",
                    model=self._description,
                    version=version,
                    name=name,
                ),
                version,
            ) from why
        return event, state

    def _from_log(self, name, schema, payload, confidential, read_text):
        payload = codec.put_back(payload, confidential)
        payload = codec.upcast(self._core, name, schema, payload)
        return codec.decode_event(self._core, name, payload, read_text)

    def _text_reader(self, rows):
        digests = {one for row in rows for one in codec.digests([row[5], row[6]])}
        return self.env["kam.event.store"]._texts(digests).get


def _first(pair):
    return pair[0]


def _shallow(state):
    return {name: getattr(state, name) for name in names(type(state))}
