"""Ranges of days of the ageing, as data.

Ranges without a company are everybody's; a head company with ranges of its own uses
those alone. *Not due*, *older* and *unallocated* are the same for all.
"""

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
    company_id = fields.Many2one(
        "res.company",
        ondelete="cascade",
        index=True,
        help="The head company whose ageing has this range. Empty: every company"
        " without ranges of its own.",
    )
    sequence = fields.Integer(compute="_compute_sequence", store=True)

    _days_uniq = models.UniqueIndex(
        "(days_to, COALESCE(company_id, 0)) WHERE kind = 'range'",
        "A range ends on that day already.",
    )
    _kind_uniq = models.UniqueIndex(
        "(kind) WHERE kind <> 'range'", "This bucket is there already."
    )

    @api.depends("kind", "days_to")
    def _compute_sequence(self):
        places = {"not_due": 0, "over": LAST, "unallocated": LAST + 1}
        for bucket in self:
            bucket.sequence = places.get(bucket.kind, bucket.days_to)

    @api.depends("kind", "days_to", "company_id")
    @api.depends_context("lang", "company")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        # sudo: a range begins where another ends, whose company one may not see
        ranges = self.sudo().search([("kind", "=", "range")], order="days_to")
        used = self._bounds() if "over" in self.mapped("kind") else []
        for bucket in self:
            mine = ranges.filtered(lambda one, b=bucket: one.company_id == b.company_id)
            bounds = mine.mapped("days_to") if bucket.kind == "range" else used
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

    @api.constrains("kind", "days_to", "company_id")
    def _check_days_to(self):
        try:
            for company in self.company_id:
                Buckets(tuple(self._ranges(company).mapped("days_to")))
            Buckets(tuple(self._ranges(self.env["res.company"]).mapped("days_to")))
        except BoundsWrong as refusal:
            # the template comes from the core, where it is marked for translation
            raise ValidationError(
                self.env._(refusal.message, **refusal.params)  # pylint: disable=translation-contains-variable,translation-not-lazy
            ) from refusal

    @api.constrains("kind", "company_id")
    def _check_company(self):
        for bucket in self.filtered("company_id"):
            if bucket.kind != "range":
                raise ValidationError(
                    self.env._(
                        "“Company” of “%s” stays empty: only ranges of days are a"
                        " company's own.",
                        bucket.display_name,
                    )
                )
            if bucket.company_id != bucket.company_id.root_id:
                raise ValidationError(
                    self.env._(
                        "“Company” is a head company: its branches have its ranges."
                    )
                )

    def action_own_ranges(self):
        """Give the present company ranges of its own, copied from everybody's."""
        self.check_access("create")
        company = self.env.company.root_id
        if not self._ranges(company):
            self.create(
                [
                    {"days_to": one.days_to, "company_id": company.id}
                    for one in self._ranges(company.browse())
                ]
            )
        return self.env["ir.actions.act_window"]._for_xml_id(
            "kam_management.kam_ageing_bucket_action"
        )

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
    def _ranges(self, company):
        """Return the ranges of a company alone; of no company: those of everybody."""
        # sudo: which ranges there are is no secret
        return self.sudo().search(
            [("kind", "=", "range"), ("company_id", "=", company.id)], order="days_to"
        )

    @api.model
    def _in_use(self):
        """Return the buckets that the present company's ageing has, by one query."""
        root = self.env.company.root_id
        # sudo: as above
        found = self.sudo().search(
            ["|", ("company_id", "=", False), ("company_id", "=", root.id)]
        )
        own = found.filtered("company_id")
        return found.filtered(lambda one: one.kind != "range" or not own or one in own)

    @api.model
    def _bounds(self):
        """Return the last days of the present company's ranges, rising."""
        return [one.days_to for one in self._in_use() if one.kind == "range"]

    @api.model
    def _places(self):
        """Return (ids of not due, ranges and older in order; id of unallocated)."""
        found = self._in_use()
        by_age = found.filtered(lambda one: one.kind != "unallocated")
        return by_age.ids, (found - by_age)[:1].id
