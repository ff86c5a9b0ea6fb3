from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..kam_core import customers

# name → (least, greatest, whether the least itself is refused); ratios: 1 is 100 %
LIMITS = {
    "key_share": (0, 1, True),
    "portion_core": (0, 1, True),
    "portion_wide": (0, 1, True),
    "abc_a": (0, 1, True),
    "abc_b": (0, 1, True),
    "xyz_x": (0, 10, False),
    "xyz_y": (0, 10, False),
    "xyz_months": (1, 60, False),
    "candidate_limit": (0, 500, False),
    "retention": (0, 1, False),
    "discount_rate": (0, 10, False),
    "cost_to_serve": (0, 1, False),
    "value_years": (1, 50, False),
}
ORDERED = (("portion_core", "portion_wide"), ("abc_a", "abc_b"), ("xyz_x", "xyz_y"))


class KamAnalysisParameters(models.AbstractModel):
    """The settings of an analysis, for the analysis itself and for its dialog."""

    _name = "kam.analysis.parameters"
    _description = "Settings of a key account analysis"

    key_share = fields.Float(
        "Key from a share of",
        default=0.10,
        required=True,
        help="A customer with at least this share of the revenue is key.",
    )
    portion_core = fields.Float(
        "Core of the revenue",
        default=0.70,
        required=True,
        help="Reported are the fewest customers who together make this part of the"
        " revenue.",
    )
    portion_wide = fields.Float(
        "Bulk of the revenue",
        default=0.80,
        required=True,
        help="Candidates come from the fewest customers who together make this part"
        " of the revenue.",
    )
    abc_a = fields.Float(
        "Class A up to", default=0.80, required=True, help="Cumulative share."
    )
    abc_b = fields.Float(
        "Class B up to", default=0.95, required=True, help="Cumulative share."
    )
    xyz_x = fields.Float(
        "Class X up to",
        default=0.10,
        required=True,
        help="Variation of the monthly revenue: standard deviation / mean.",
    )
    xyz_y = fields.Float(
        "Class Y up to",
        default=0.25,
        required=True,
        help="Variation of the monthly revenue: standard deviation / mean.",
    )
    xyz_months = fields.Integer(
        "Months for X, Y, Z",
        default=12,
        required=True,
        help="Stability is judged on so many full months, the last of them ending in"
        " the period. Who came later is new.",
    )
    candidate_limit = fields.Integer("Candidates at most", default=20, required=True)
    retention = fields.Float(
        "Customers who stay a year",
        default=0.85,
        required=True,
        help="For the present value: the share of customers who stay from one year to"
        " the next.",
    )
    discount_rate = fields.Float("Cost of capital a year", default=0.15, required=True)
    cost_to_serve = fields.Float(
        "Cost to serve",
        default=0.0,
        required=True,
        help="Part of the revenue that serving a customer costs; taken off the margin"
        " before it is valued.",
    )
    value_years = fields.Integer(
        "Years of value",
        default=3,
        required=True,
        help="The present value looks so many years ahead.",
    )

    pooled_category_ids = fields.Many2many(
        "res.partner.category",
        string="Tags of counter sales",
        default=lambda self: self._default_pooled_category_ids(),
        help="A customer with such a tag stands for many, as counter sales do. Its"
        " revenue counts, but it is never key nor a candidate.",
    )

    @api.model
    def _default_pooled_category_ids(self):
        """Return the tags called “Counter sales”, until somebody chooses others."""
        return self.env["res.partner.category"].search([("name", "=", "Counter sales")])

    @api.model
    def _checked_pool(self, category_ids):
        """Return the tags of counter sales: those given, else the defaults.

        :raises UserError: one of the ids is not that of a tag
        """
        tags = self.env["res.partner.category"]
        if category_ids is None:
            return self.new().pooled_category_ids._origin
        if not isinstance(category_ids, (list, tuple)) or not all(
            isinstance(one, int) for one in category_ids
        ):
            category_ids = [0]
        found = tags.browse(category_ids).exists()
        if len(found) != len(set(category_ids)):
            raise UserError(
                self.env._(
                    "“%(field)s” must be ids of contact tags.",
                    field=self._label("pooled_category_ids"),
                )
            )
        return found

    @api.model
    def _checked_parameters(self, values):
        """Return all numbers: ``values`` where given, else the company's defaults.

        :param values: dict, names of the settings → numbers
        :raises UserError: an unknown name, or a value out of its range
        """
        unknown = sorted(values.keys() - LIMITS.keys())
        if unknown:
            raise UserError(
                self.env._(
                    "There is no setting “%(name)s”. There are: %(names)s.",
                    name=unknown[0],
                    names=", ".join(LIMITS),
                )
            )
        found = {**self.default_get(list(LIMITS)), **values}
        for name, (least, greatest, above) in LIMITS.items():
            self._check_parameter(name, found[name], least, greatest, above)
        for smaller, larger in ORDERED:
            if found[smaller] > found[larger]:
                raise UserError(
                    self.env._(
                        "“%(smaller)s” must not be more than “%(larger)s”:"
                        " lower the first or raise the second.",
                        smaller=self._label(smaller),
                        larger=self._label(larger),
                    )
                )
        return found

    def _check_parameter(self, name, value, least, greatest, above):
        whole = self._fields[name].type == "integer"
        number = int if whole else (int, float)
        if isinstance(value, number) and not isinstance(value, bool):
            fits = least < value if above else least <= value
            # Written so that "not a number" does not fit.
            if fits and value <= greatest:
                return
        params = {
            "field": self._label(name),
            "least": least if whole else f"{least * 100:g} %",
            "greatest": greatest if whole else f"{greatest * 100:g} %",
        }
        if above:
            raise UserError(
                self.env._(
                    "“%(field)s” must be above %(least)s and at most %(greatest)s.",
                    **params,
                )
            )
        raise UserError(
            self.env._(
                "“%(field)s” must be a number from %(least)s to %(greatest)s.", **params
            )
        )

    def _label(self, name):
        return self._fields[name]._description_string(self.env)

    def _core_parameters(self):
        """Return the settings of one record for the core."""
        self.ensure_one()
        values = {
            name: self[name]
            if self._fields[name].type == "integer"
            else Decimal(str(self[name]))
            for name in LIMITS
        }
        return customers.Parameters(
            candidates=values.pop("candidate_limit"),
            discount=values.pop("discount_rate"),
            **values,
        )
