"""The projector: rows from the log alone, and the check that both agree."""

import hashlib
from dataclasses import replace

from odoo import models

from .kam_event_sourced import _shallow


class KamProjector(models.AbstractModel):
    # the check and the rebuild read every row, that is what they are for
    # pylint: disable=no-search-all
    _name = "kam.projector"
    _description = "Projector of event-sourced records"

    def _models(self):
        """Return the event-sourced models, those that others link to first."""
        ready, rest = (
            [],
            {
                name
                for name, cls in self.env.registry.items()
                if getattr(cls, "_core", None) and not cls._abstract
            },
        )
        while rest:
            free = sorted(n for n in rest if not self._needs(n) & rest - {n})
            ready += free or sorted(rest)
            rest -= set(free or rest)
        return ready

    def _needs(self, name):
        """Return the models that a record, or a line of it, links to."""
        model = self.env[name]
        lines = [model._fields[part].comodel_name for part in model._core.PARTS]
        return {
            field.comodel_name
            for one in (name, *lines)
            for field in self.env[one]._fields.values()
            if field.type in ("many2one", "many2many") and field.store
        }

    def _tables(self):
        """Return the models whose table is made from the log by SQL, facts first."""
        base = self.env.registry["kam.log.projection"]
        return sorted(
            (
                name
                for name, cls in self.env.registry.items()
                if issubclass(cls, base) and not cls._abstract
            ),
            key=lambda name: (name != "kam.fact", name),
        )

    # ------------------------------------------------------------------- drift
    def _drift(self, name, unreadable=None):
        """Compare the rows of a model with a fresh fold.

        :param unreadable: see :meth:`_fold_all`
        :return: list of dicts ``model``, ``res_id``, ``key``, ``field``, ``log``,
            ``row``; empty when they agree
        """
        self.env.flush_all()
        self.env.invalidate_all()
        model = self._all(name)
        folded = self._fold_all(model, unreadable)
        found = []
        for record in model.search([]):
            if unreadable and record.event_key in unreadable:
                continue
            row_id, state = folded.pop(record.event_key, (None, None))
            if state is None or row_id != record.id:
                found.append(self._finding(name, record.id, record.event_key, "id"))
                continue
            live = record._state()
            found += [
                self._finding(
                    name,
                    record.id,
                    record.event_key,
                    field,
                    repr(getattr(state, field)),
                    repr(getattr(live, field)),
                )
                for field in _shallow(state)
                if getattr(state, field) != getattr(live, field)
            ]
        found += [
            self._finding(name, row_id, key, "id", "present", "missing")
            for key, (row_id, state) in folded.items()
            if state is not None
        ]
        return found

    def _finding(self, name, res_id, key, field, log="missing", row="present"):
        return {
            "model": name,
            "res_id": res_id,
            "key": key,
            "field": field,
            "log": log,
            "row": row,
        }

    def _all(self, name):
        # sudo: the check and the rebuild see every row, archived ones too; a repair is
        # no change of the record, so nobody is told of it
        return (
            self.env[name].sudo().with_context(active_test=False, tracking_disable=True)
        )

    def _fold_all(self, model, unreadable=None):
        """Return {key: (row id, state)} of every stream of a model.

        :param unreadable: dict that takes {key: refusal} of the streams with an event
            that cannot be read; None: the first of them raises
        """
        rows = self.env["kam.event.store"]._read_keys(model._name)
        ids = {key: row_id for row_id, key, *_rest in rows}
        return {
            key: (ids[key], state)
            for key, (_v, state) in model._fold(rows, unreadable=unreadable).items()
        }

    # ----------------------------------------------------------------- rebuild
    def _rebuild(self, name, unreadable=None):
        """Make the rows of a model what the log says, with the ids they had.

        What is beside the log, such as lines shown of a sealed paper, is made by the
        model itself: see ``kam.event.sourced._after_rebuild``.

        :param unreadable: see :meth:`_fold_all`; rows of such streams stay as they are
        :return: dict ``created``, ``changed``, ``removed``: numbers of rows
        """
        result = self._rebuild_rows(name, unreadable)
        self._all(name)._after_rebuild()
        return result

    def _rebuild_rows(self, name, unreadable=None):
        self.env.flush_all()
        self.env["kam.event.store"]._open_projection()
        model = self._all(name)
        folded = self._fold_all(model, unreadable)
        alive = {key: one for key, one in folded.items() if one[1] is not None}
        rows, stray = {}, model.browse()
        for record in model.search([]):
            if unreadable and record.event_key in unreadable:
                continue
            row_id, _state = alive.get(record.event_key, (None, None))
            if row_id == record.id:
                rows[record.event_key] = record
            else:  # no stream, another row's stream, or not the id it was given
                stray += record
        removed = len(stray)
        model._project_stray(stray)
        present = self._present(model, [state for _id, state in alive.values()])
        created = self._recreate(model, alive, rows, present)
        self._link_among(model, alive, rows)
        changed = sum(
            self._repair(rows[key], state, present)
            for key, (_id, state) in alive.items()
            if key in rows
        )
        self._advance_sequence(model)
        self.env.flush_all()
        return {"created": created, "changed": changed, "removed": removed}

    def _recreate(self, model, alive, rows, present):
        missing = [
            (key, row_id, self._without_lost(model, state, present))
            for key, (row_id, state) in alive.items()
            if key not in rows
        ]
        missing = [one for one in missing if one[2] is not None]
        if missing:
            records = model._project_rows(
                [
                    {**model._to_row(_shallow(state)), "event_key": key, "id": row_id}
                    for key, row_id, state in missing
                ]
            )
            model._project_new_parts(records, [state for _k, _i, state in missing])
        return len(missing)

    def _link_among(self, model, alive, rows):
        """Give new rows their links to rows of the same model, all made by now."""
        linked = {
            row_id: state
            for key, (row_id, state) in alive.items()
            if key not in rows
            and any(name == model._name for name, _id in self._links(model, state))
        }
        present = self._present(model, linked.values())
        for record in model.browse(linked).exists():
            self._repair(record, linked[record.id], present)

    def _present(self, model, states):
        """Return {model: ids that are there} of all links; one query a model."""
        linked = {}
        for state in states:
            for name, one in self._links(model, state):
                linked.setdefault(name, set()).add(one)
        return {
            name: set(self._all(name).browse(ids).exists().ids)
            for name, ids in linked.items()
        }

    def _links(self, model, state):
        """Yield (model, id) of what a state and its parts point to."""
        for name, value in _shallow(state).items():
            field = model._fields.get(name)  # a part's key is no field
            if not value or not field or not field.relational:
                continue
            comodel = self.env[field.comodel_name]
            for one in value if isinstance(value, tuple) else (value,):
                if field.type == "one2many":
                    yield from self._links(comodel, one)
                else:
                    yield field.comodel_name, one

    def _without_lost(self, model, state, present):
        """Return ``state`` without links to records of Odoo that are no more.

        What was deleted while the addon was away cannot be pointed to: an empty link
        stands for it, or, where the link is required, no row. The drift check goes on
        to name both.

        :param present: {model: ids that are there}, see :meth:`_present`
        :return: the state, or None when the row cannot be
        """
        changes = {}
        for name, value in _shallow(state).items():
            field = model._fields.get(name)  # a part's key is no field
            if not value or not field or not field.relational:
                continue
            if field.type == "one2many":
                comodel = self.env[field.comodel_name]
                parts = (self._without_lost(comodel, part, present) for part in value)
                changes[name] = tuple(part for part in parts if part is not None)
                continue
            ids = value if isinstance(value, tuple) else (value,)
            there = set(ids) & present[field.comodel_name]
            if there >= set(ids):
                continue
            if field.type == "many2one" and field.required:
                return None
            changes[name] = tuple(sorted(there)) if field.type == "many2many" else None
        return replace(state, **changes) if changes else state

    def _repair(self, record, state, present):
        live = record._state()
        state = self._without_lost(record, state, present) or live
        delta = {
            name: value
            for name, value in _shallow(state).items()
            if value != getattr(live, name)
        }
        for name in record._core.PARTS:
            if name in delta:
                pair = (getattr(live, name), delta.pop(name))
                record._project_parts(name, {record.id: pair})
        if delta:
            record._project_row(record._to_row(delta))
        return state != live

    def _advance_sequence(self, model):
        """Let new ids begin after those the log has given."""
        # pylint: disable=sql-injection
        self.env.cr.execute(
            f"""SELECT setval('"{model._table}_id_seq"', given.last)
                  FROM (SELECT max(row_id) AS last FROM kam_es.stream
                         WHERE category = %s) AS given
                 WHERE given.last >= (SELECT last_value
                                        FROM "{model._table}_id_seq")""",  # noqa: S608
            [model._name],
        )

    def _restore(self):
        """After a reinstall: make the rows of every model from the log that stayed."""
        names, audit, found = self._models(), self.env["kam.log.audit"], []
        for name in names:
            unreadable = {}
            self._rebuild_rows(name, unreadable)
            found += audit._unreadable(name, unreadable)
        self._all("kam.account").search([])._attribute_documents()
        for name in names:  # all rows are there by now
            self._all(name)._after_rebuild()
        if found:
            self.env["kam.log.check"]._tell("rebuild", found)

    # ------------------------------------------------------------------ digest
    def _digest(self, name):
        """Return a sha256 over the rows of a model, as the log would have them."""
        self.env.flush_all()
        self.env.invalidate_all()
        digest = hashlib.sha256()
        for record in self._all(name).search([], order="id"):
            digest.update(repr((record.id, record.event_key, record._state())).encode())
        return digest.hexdigest()
