"""Values between Odoo and the core: the canonical form of every event-sourced field."""

import math
from datetime import timezone
from decimal import Decimal

from odoo import models
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
