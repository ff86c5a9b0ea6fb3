"""Values between Odoo and the core: the canonical form of every event-sourced field."""

import math
import uuid
from dataclasses import replace
from datetime import timezone
from decimal import Decimal

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import float_repr

from ..kam_core.record import Text, names
from .kam_event_store import storable

ALLOWED = {
    "boolean",
    "char",
    "date",
    "datetime",
    "float",
    "integer",
    "many2many",
    "many2one",
    "monetary",
    "one2many",
    "selection",
    "text",
}
MAX_ID = 2**31 - 1


def _finite(number):
    """Return a number that can be written as a decimal.

    :raises ValueError: infinite, or not a number
    """
    number = float(number or 0.0)
    if not math.isfinite(number):
        raise ValueError(number)
    return number


class KamEventSourced(models.AbstractModel):
    _inherit = "kam.event.sourced"

    # ---------------------------------------------------------------- contract
    def init(self):
        """Check the fields of the state, and guard the projected rows in SQL."""
        if self._core is None:
            return
        self._guard(self._core.State)

    def _guard(self, state):
        for name in names(state):
            if name != "key":
                self._check_sourced_field(self._fields[name])
        self._guard_table(names(state))

    def _check_sourced_field(self, field):
        wrong = (
            field.type not in ALLOWED
            or not field.store
            or field.compute
            or field.company_dependent
            or getattr(field, "translate", False)
            or (field.type == "float" and not field._digits)
            or (
                field.type in ("many2one", "many2many")
                and getattr(field, "ondelete", None) != "restrict"
            )
        )
        if wrong:
            raise TypeError(
                f"{field}: an event-sourced field is stored, not computed, not"
                " translated, not company-dependent, without html or attachment;"
                " floats have digits and links ondelete='restrict'"
            )

    def _guard_table(self, columns):
        """Refuse SQL that changes projected columns in a transaction without event."""
        columns = [
            name
            for name in (*columns, "event_key")
            if name in self._fields and self._fields[name].column_type
        ]
        # pylint: disable=sql-injection
        self.env.cr.execute(
            f"""DROP TRIGGER IF EXISTS kam_guard ON "{self._table}";
                CREATE TRIGGER kam_guard BEFORE INSERT OR DELETE OR TRUNCATE
                    OR UPDATE OF {", ".join(f'"{name}"' for name in columns)}
                    ON "{self._table}" FOR EACH STATEMENT
                    EXECUTE FUNCTION kam_es.guard()"""
        )
        for field in self._fields.values():
            if field.type == "many2many" and field.name in names(self._state_class()):
                self.env.cr.execute(
                    f"""DROP TRIGGER IF EXISTS kam_guard ON "{field.relation}";
                        CREATE TRIGGER kam_guard BEFORE INSERT OR UPDATE OR DELETE
                            OR TRUNCATE ON "{field.relation}" FOR EACH STATEMENT
                            EXECUTE FUNCTION kam_es.guard()"""
                )

    def _state_class(self):
        return self._core.State

    # ----------------------------------------------------------- Odoo → core
    def _initial_values(self, stored):
        return {
            name: self._to_core(name, stored.get(name), None, stored)
            for name in names(self._core.State)
        }

    def _changes(self, state, vals, mine):
        """Return {field: canonical value} of what ``vals`` changes in ``state``."""
        changes = {}
        for name in mine:
            value = self._to_core(name, vals[name], state, vals)
            if value != getattr(state, name):
                changes[name] = value
        return changes

    def _to_core(self, name, value, state, vals):
        """Return the canonical value of one field.

        :param state: state before, None for a new record
        :param vals: what is being written (amounts are rounded by its currency)
        """
        try:
            return self._canonical(name, value, state, vals)
        except (
            AttributeError,
            IndexError,
            KeyError,
            OverflowError,
            TypeError,
            ValueError,
        ) as error:
            raise UserError(
                self.env._(
                    "“%(field)s” cannot be %(value)s. Give a value of type %(type)s.",
                    field=self._fields[name]._description_string(self.env),
                    value=repr(value)[:80],
                    type=self._fields[name].type,
                )
            ) from error

    def _canonical(self, name, value, state, vals):
        field = self._fields[name]
        if field.type == "one2many":
            return self._fold_parts(name, getattr(state, name) if state else (), value)
        if field.type == "many2many":
            before = set(getattr(state, name)) if state else set()
            links = self._fold_links(field, set(before), value)
            if new := set(links) - before:
                # their names would show in the history of this record
                self.env[field.comodel_name].browse(new).check_access("read")
            return links
        cached = field.convert_to_cache(value, self, validate=field.type != "monetary")
        if field.type == "many2one" and value and not cached:
            raise TypeError(value)  # Odoo would take it for nothing
        return self._scalar(field, cached, vals, state)

    def _scalar(self, field, value, vals, source):
        """Return a canonical scalar; ``source`` knows the currency."""
        match field.type:
            case "boolean":
                return bool(value)
            case "monetary":
                return self._amount(field, value, vals, source)
            case "float":
                digits = field.get_digits(self.env)[1]
                return Decimal(float_repr(_finite(value), digits)) or None
            case "integer" | "many2one" if value and not -MAX_ID <= value <= MAX_ID:
                raise OverflowError(value)
            case "datetime":
                return value.replace(tzinfo=timezone.utc) if value else None
            case "char" | "text":
                return storable(Text(value)) if value else None
        return value or None

    def _amount(self, field, value, vals, source):
        name = field.get_currency_field(self)
        held = vals.get(name) or (source and getattr(source, name, None))
        currency = self.env["res.currency"].browse(getattr(held, "id", held) or ())
        digits = currency.decimal_places if currency else 2
        amount = _finite(value)
        amount = currency.round(amount) if currency else amount
        return Decimal(float_repr(amount, digits)) or None

    def _fold_links(self, field, ids, commands):
        comodel = self.env[field.comodel_name]
        for command in commands or ():
            if isinstance(command, int):
                ids.add(command)
                continue
            match command[0]:
                case Command.CREATE:
                    ids.add(comodel.create(command[2]).id)
                case Command.UPDATE:
                    comodel.browse(command[1]).write(command[2])
                case Command.DELETE:
                    raise UserError(
                        self.env._(
                            "“%(field)s”: take the record out here, and delete it in"
                            " its own list.",
                            field=field._description_string(self.env),
                        )
                    )
                case Command.UNLINK:
                    ids.discard(command[1])
                case Command.LINK:
                    ids.add(command[1])
                case Command.CLEAR:
                    ids = set()
                case Command.SET:
                    ids = set(command[2])
                case unknown:
                    raise ValueError(unknown)
        return tuple(sorted(ids))

    def _fold_parts(self, name, parts, commands):
        model = self.env[self._fields[name].comodel_name]
        part_class = self._core.PARTS[name]
        parts = {part.key: part for part in parts}
        for command in commands or ():
            match command[0]:
                case Command.CREATE:
                    part = model._new_part(part_class, command[2])
                    parts[part.key] = part
                case Command.UPDATE:
                    key = self._part_key(model, command[1], parts)
                    parts[key] = model._edited_part(parts[key], command[2])
                case Command.DELETE | Command.UNLINK:
                    parts.pop(self._part_key(model, command[1], parts))
                case Command.LINK:
                    self._part_key(model, command[1], parts)
                case Command.CLEAR:
                    parts = {}
                case Command.SET:
                    keep = {self._part_key(model, one, parts) for one in command[2]}
                    parts = {key: part for key, part in parts.items() if key in keep}
                case unknown:
                    raise ValueError(unknown)
        return tuple(sorted(parts.values(), key=lambda part: part.key))

    def _part_key(self, model, part_id, parts):
        key = model.sudo().browse(part_id).exists().event_key  # the key alone is read
        if key not in parts:
            raise UserError(
                self.env._(
                    "Line %(id)s does not belong to this record. Reload it and try"
                    " again.",
                    id=part_id,
                )
            )
        return key

    # ----------------------------------------------------------- core → Odoo
    def _to_row(self, values):
        """Return the vals that project core ``values``; parts go their own way."""
        row = {}
        for name, value in values.items():
            match self._fields[name].type:
                case "one2many":
                    continue
                case "many2many":
                    row[name] = [Command.set(value)]
                case "monetary" | "float":
                    row[name] = float(value or 0)
                case "datetime":
                    row[name] = bool(value) and value.replace(tzinfo=None)
                case "char" | "text":
                    row[name] = bool(value) and str(value)
                case _:
                    row[name] = False if value is None else value
        return row

    def _state(self):
        """Return the state as the projected rows show it (to find drift)."""
        self.ensure_one()
        return self._core.State(
            **{name: self._from_row(name) for name in names(self._core.State)}
        )

    def _from_row(self, name):
        field = self._fields[name]
        if field.type == "one2many":
            parts = (row._part() for row in self[name])
            return tuple(sorted(parts, key=lambda part: part.key))
        if field.type == "many2many":
            return tuple(sorted(self[name].ids))
        value = self[name].id if field.type == "many2one" else self[name]
        return self._scalar(field, value, {}, self)


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
