"""Ranges of days of the ageing, as data."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..kam_core.receivables.ageing import BoundsWrong, Buckets

KINDS = [
    ("not_due", "Not due"),
    ("range", "Range of days"),
    ("over", "Older"),
    ("unallocated", "Unallocated"),
]
LAST = 1_000_000


class KamAgeingBucket(models.Model):
    _name = "kam.ageing.bucket"
    _description = "Ageing bucket"
    _order = "sequence, id"

    kind = fields.Selection(KINDS, required=True, default="range")
    days_to = fields.Integer(
        "Days to",
        help="Last day past the due date of this range; it begins after the range"
        " before it.",
    )
    sequence = fields.Integer(compute="_compute_sequence", store=True)

    _days_uniq = models.UniqueIndex(
        "(days_to) WHERE kind = 'range'", "A range ends on that day already."
    )
    _kind_uniq = models.UniqueIndex(
        "(kind) WHERE kind <> 'range'", "This bucket is there already."
    )

    @api.depends("kind", "days_to")
    def _compute_sequence(self):
        places = {"not_due": 0, "over": LAST, "unallocated": LAST + 1}
        for bucket in self:
            bucket.sequence = places.get(bucket.kind, bucket.days_to)

    @api.depends("kind", "days_to")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        bounds = self._bounds()
        for bucket in self:
            below = [one for one in bounds if one < bucket.days_to]
            first = (below[-1] if below else 0) + 1
            match bucket.kind:
                case "range":
                    bucket.display_name = f"{first} - {bucket.days_to}"
                case "over" if bounds:
                    bucket.display_name = self.env._("Over %s", bounds[-1])
                case "over":
                    bucket.display_name = self.env._("Overdue")
                case kind:
                    bucket.display_name = kinds.get(kind, "")

    @api.constrains("kind", "days_to")
    def _check_days_to(self):
        try:
            Buckets(tuple(self._bounds()))
        except BoundsWrong as refusal:
            # the template comes from the core, where it is marked for translation
            raise ValidationError(
                self.env._(refusal.message, **refusal.params)  # pylint: disable=translation-contains-variable,translation-not-lazy
            ) from refusal

    def write(self, vals):
        """Let the ends of ranges move; the three others are what they are."""
        if "kind" in vals and any(one.kind != vals["kind"] for one in self):
            raise UserError(
                self.env._("“Kind” stays as it is. Make a new range instead.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_ranges(self):
        if fixed := self.filtered(lambda one: one.kind != "range"):
            raise UserError(
                self.env._(
                    "“%s” is always there; only ranges of days can be deleted.",
                    fixed[0].display_name,
                )
            )

    @api.model
    def _bounds(self):
        """Return the last days of the ranges, rising; the same for everybody."""
        # sudo: which ranges there are is no secret
        ranges = self.sudo().search([("kind", "=", "range")], order="days_to")
        return ranges.mapped("days_to")

    @api.model
    def _places(self):
        """Return (ids of not due, ranges and older in order; id of unallocated)."""
        found = self.sudo().search([("kind", "!=", False)])  # sudo: as above
        by_age = found.filtered(lambda one: one.kind != "unallocated")
        return by_age.ids, (found - by_age)[:1].id
