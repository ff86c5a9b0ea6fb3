"""The mixin's lines: rows of parts made equal to what the log says, by few writes."""

import uuid
from dataclasses import replace

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..kam_core.record import names


class KamEventSourced(models.AbstractModel):
    _inherit = "kam.event.sourced"

    def _project_new_parts(self, records, states):
        for name in self._core.PARTS:
            records._project_parts(
                name,
                {
                    record.id: ((), getattr(state, name))
                    for record, state in zip(records, states, strict=True)
                },
            )

    def _project_parts(self, name, by_id):
        """Make the rows of a parts field equal to the state.

        :param by_id: {record id: (parts as projected, parts as they should be)}
        """
        field = self._fields[name]
        model = self.env[field.comodel_name]
        create, remove, alike = [], model.browse(), {}
        # the rows follow their parent's rights, checked by the caller
        for record in self.sudo():
            old, new = ({part.key: part for part in side} for side in by_id[record.id])
            rows = {row.event_key: row for row in record[name]} if old else {}
            create += [
                {
                    field.inverse_name: record.id,
                    "event_key": key,
                    **model._part_row(part),
                }
                for key, part in new.items()
                if key not in rows
            ]
            for key, row in rows.items():
                if key not in new:
                    remove += row
                elif changed := row._part_changes(new[key]):
                    alike.setdefault(repr(changed), (changed, []))[1].append(row.id)
        for changed, ids in alike.values():
            model.browse(ids)._project(changed)
        if create:
            model._project_create(create)
        if remove:
            remove._project_unlink()
        self.invalidate_recordset([name])


class KamEventSourcedPart(models.AbstractModel):
    """A line in its parent's stream: its create, write and unlink are the parent's."""

    _name = "kam.event.sourced.part"
    _inherit = ["kam.event.sourced"]
    _description = "Line of a record whose changes are events"
    _part_of = None  # (field that links to the parent, the parent's field of lines)

    def _part_class(self):
        parent, name = self._part_of
        return self.env[self._fields[parent].comodel_name]._core.PARTS[name]

    def _state_class(self):
        return self._part_class()

    def _names(self):
        return [name for name in names(self._part_class()) if name != "key"]

    def init(self):
        if self._part_of:
            self._guard(self._part_class())

    # ------------------------------------------------------------------- doors
    @api.model_create_multi
    def create(self, vals_list):
        if not self._part_of:
            return super().create(vals_list)
        self.check_access("create")
        parent, name = self._part_of
        out = self.browse()
        for vals in vals_list:
            owner_id = vals.get(parent) or self.env.context.get(f"default_{parent}")
            owner = self.env[self._fields[parent].comodel_name].browse(owner_id)
            if not owner:
                raise UserError(
                    self.env._(
                        "“%(field)s” is missing: a line belongs to a record.",
                        field=self._fields[parent]._description_string(self.env),
                    )
                )
            before = owner[name]
            line = {key: value for key, value in vals.items() if key != parent}
            owner.write({name: [Command.create(line)]})
            out += owner[name] - before
        return out

    def write(self, vals):
        if not self._part_of or not self or not all(self._ids):
            return super().write(vals)
        parent, name = self._part_of
        if "event_key" in vals or any(
            parent in vals and row[parent].id != vals[parent] for row in self
        ):
            raise UserError(
                self.env._(
                    "A line stays in its record: delete it here and add it there."
                )
            )
        self.check_access("write")
        mine = {key: vals[key] for key in self._names() if key in vals}
        plain = {k: v for k, v in vals.items() if k not in mine and k != parent}
        if mine:
            for owner, rows in self.grouped(parent).items():
                owner.write({name: [Command.update(row.id, mine) for row in rows]})
        return super().write(plain) if plain else True

    def unlink(self):
        if not self._part_of or not self:
            return super().unlink()
        self.check_access("unlink")
        parent, name = self._part_of
        for owner, rows in self.grouped(parent).items():
            owner.write({name: [Command.delete(row.id) for row in rows]})
        return True

    def _check_version(self, loaded, expected_version):
        """A line has the version of its record."""
        parent = self[self._part_of[0]]
        parent._check_version(parent._load(), expected_version)

    def _load(self):
        return []  # a line is loaded with its record

    # ------------------------------------------------------------------ values
    def _new_part(self, part_class, vals):
        given = {key: value for key, value in vals.items() if key in self._names()}
        given = {**self.default_get(self._names()), **given}
        return part_class(
            key=str(uuid.uuid4()),
            **{
                name: self._to_core(name, given.get(name), None, given)
                for name in self._names()
            },
        )

    def _edited_part(self, part, vals):
        return replace(
            part,
            **{
                name: self._to_core(name, vals[name], part, vals)
                for name in self._names()
                if name in vals
            },
        )

    def _part(self):
        return self._part_class()(
            key=self.event_key,
            **{name: self._from_row(name) for name in self._names()},
        )

    def _part_row(self, part):
        return self._to_row({name: getattr(part, name) for name in self._names()})

    def _part_changes(self, part):
        """Return the vals by which this row differs from its part."""
        live = self._part()
        return self._to_row(
            {
                name: getattr(part, name)
                for name in self._names()
                if getattr(part, name) != getattr(live, name)
            }
        )

    # -------------------------------------------------------------- projection
    # straight to the rows, past the doors above
    # pylint: disable=super-method-mismatch
    def _project_create(self, vals_list):
        """Insert rows that the parent's events say; sudo: the parent was checked."""
        model = self.sudo()
        return super(KamEventSourcedPart, model).create(
            [model._with_row_defaults(vals) for vals in vals_list]
        )

    def _with_row_defaults(self, vals):
        return vals

    def _project(self, vals):
        """Update rows to what the parent's events say; sudo: the parent was checked."""
        return super(KamEventSourcedPart, self.sudo()).write(vals)

    def _project_unlink(self):
        """Delete rows that the parent's events ended; sudo: the parent was checked."""
        return super(KamEventSourcedPart, self.sudo()).unlink()
