"""The mixin for integrations: create and write that a repeated call does once."""

import json
import uuid

from odoo import api, models
from odoo.exceptions import UserError


class KamEventSourced(models.AbstractModel):
    _inherit = "kam.event.sourced"

    @api.model
    def _once(self, command_id, request, action):
        """Do ``action`` once for a command_id; a repeated call gets the first answer.

        :param command_id: uuid text from the caller, or None
        :param request: JSON data that tells this request from another
        :param action: function() -> JSON data
        """
        if not command_id:
            return action(self)
        try:
            command_id = str(uuid.UUID(str(command_id)))
        except ValueError as error:
            raise UserError(
                self.env._("“command_id” is a UUID; “%s” is not.", command_id)
            ) from error
        store = self.env["kam.event.store"]
        text = json.dumps([self._name, request], sort_keys=True, default=str)
        try:
            ours, first = store._claim_command(command_id, text)
        except ValueError as error:
            raise UserError(
                self.env._(
                    "“command_id” %s was already used for another request. Send a new"
                    " one.",
                    command_id,
                )
            ) from error
        if not ours:
            return first
        with store._under_command(command_id):
            result = action(self)
        store._answer_command(command_id, result)
        return result

    @api.model
    def kam_create(self, vals_list, command_id=None):
        """Create records, once for a command_id.

        :param vals_list: list of dicts of field values
        :param command_id: UUID chosen by the caller; the same again changes nothing
        :return: ids
        """
        if not isinstance(vals_list, list) or not all(
            isinstance(vals, dict) for vals in vals_list
        ):
            raise UserError(
                self.env._("“vals_list” is a list of objects: one a record to create.")
            )
        self._check_names(*vals_list)
        return self._once(
            command_id,
            ["create", vals_list],
            lambda model: model.create(vals_list).ids,
        )

    def _check_names(self, *vals_list):
        for name in {name for vals in vals_list for name in vals}:
            if name not in self._fields:
                raise UserError(
                    self.env._(
                        "%(model)s has no field “%(name)s”; look up its name.",
                        model=self._description,
                        name=name,
                    )
                )

    def kam_write(self, vals, expected_version=None, command_id=None):
        """Write field values, once for a command_id.

        :param vals: dict of field values
        :param expected_version: refuse when a record is not at this version
        :param command_id: UUID chosen by the caller; the same again changes nothing
        :return: True
        """

        if not isinstance(vals, dict):
            raise UserError(self.env._("“vals” is an object: values by field name."))
        self._check_names(vals)

        def action(model):
            records = model.browse(self.ids)
            records.check_access("write")
            if expected_version is not None:
                records._check_version(records._load(), expected_version)
            return records.write(vals)

        return self._once(
            command_id, ["write", self.ids, vals, expected_version], action
        )
