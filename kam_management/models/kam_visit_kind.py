from odoo import api, fields, models
from odoo.exceptions import UserError

from ..kam_core.visits import kinds

ICONS = {"negotiation": "fa-handshake-o", "exhibition": "fa-flag"}


class KamVisitKind(models.Model):
    _name = "kam.visit.kind"
    _inherit = ["kam.event.sourced"]
    _description = "Kind of visits"
    _order = "sequence, id"
    _core = kinds

    name = fields.Char(required=True)
    code = fields.Char(help="By which an integration names it.", copy=False)
    is_call = fields.Boolean("Call", help="It is made by telephone.")
    is_training = fields.Boolean(
        "Training", help="Sales before and after are compared."
    )
    counts = fields.Boolean(
        "Counts for the cadence",
        default=True,
        help="When it is done, the account is due again after its interval.",
    )
    asks_outcome = fields.Boolean("Asks the outcome", default=True)
    asks_contact = fields.Boolean("Asks whom one met")
    asks_topic = fields.Boolean("Asks the topic")
    asks_participants = fields.Boolean("Asks how many took part")
    asks_material = fields.Boolean("Asks the material")
    duration_minutes = fields.Integer("Usual duration (minutes)", default=60)
    sequence = fields.Integer(default=10)
    color = fields.Integer()
    icon = fields.Char(
        compute="_compute_icon", help="Sign of the kind in lists and calendars."
    )
    active = fields.Boolean(default=True)

    _code_uniq = models.Constraint(
        "UNIQUE(code)", "A kind of visits with this code exists already."
    )

    @api.depends("is_call", "is_training", "code")
    def _compute_icon(self):
        for kind in self:
            if kind.is_call:
                kind.icon = "fa-phone"
            elif kind.is_training:
                kind.icon = "fa-graduation-cap"
            else:
                kind.icon = {
                    "negotiation": "fa-handshake-o",
                    "exhibition": "fa-flag",
                }.get(kind.code, "fa-map-marker")

    @api.model
    def _seed(self):
        """Make the first kinds once; after a reinstall they come from the log."""
        self.env.cr.execute(
            "SELECT FROM kam_es.stream WHERE category = %s LIMIT 1", [self._name]
        )
        if self.env.cr.rowcount:
            return
        blank = kinds.Kind()
        made = []
        for place, (code, name, given) in enumerate(kinds.FIRST):
            vals = {
                flag: given.get(flag, False)
                for flag in ("is_call", "is_training", *kinds.ASKS)
            }
            made.append(
                {
                    **vals,
                    # marked for translation in the core
                    "name": self.env._(name),  # pylint: disable=translation-contains-variable,translation-not-lazy
                    "code": code,
                    "counts": given.get("counts", True),
                    "duration_minutes": given.get("minutes", blank.duration_minutes),
                    "sequence": 10 * place,
                    "color": place + 1,
                }
            )
        self.create(made)

    @api.model
    def _by_code(self, code):
        """Return the kind of a code.

        :raises UserError: there is none
        """
        found = self.search([("code", "=", code)], limit=1)
        if not found:
            raise UserError(
                self.env._(
                    "There is no kind of visits with the code “%s”. Make one in"
                    " Configuration → Kinds of visits.",
                    code,
                )
            )
        return found

    @api.model
    def _default_kind(self):
        """Return the kind of a plain visit: the first in the list."""
        return self.search([], limit=1)

    @api.model
    def _minutes(self):
        """Return {kind id: usual minutes}, archived kinds too."""
        rows = self.with_context(active_test=False).search_read(
            [("duration_minutes", ">", 0)], ["duration_minutes"]
        )
        return {row["id"]: row["duration_minutes"] for row in rows}
