"""Telephone numbers of customers: in international form, right, and of one customer.

Who types a wrong number of a key account's customer here is told at once, in a
sentence. Nobody else is stopped: a shop's visitor and a job of the server write what
they have, and the number is shown as wrong.
"""

import phonenumbers

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..kam_core import phones
from .res_partner import READERS

OUTCOMES = {
    phonenumbers.ValidationResult.INVALID_COUNTRY_CODE: "country",
    phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "short",
    phonenumbers.ValidationResult.TOO_SHORT: "short",
    phonenumbers.ValidationResult.TOO_LONG: "long",
}
UNREADABLE = {
    phonenumbers.NumberParseException.INVALID_COUNTRY_CODE: "country",
    phonenumbers.NumberParseException.TOO_SHORT_AFTER_IDD: "short",
    phonenumbers.NumberParseException.TOO_SHORT_NSN: "short",
    phonenumbers.NumberParseException.TOO_LONG: "long",
}
SHOWN = 8  # other customers with the same number


class ResPartner(models.Model):
    _inherit = "res.partner"

    kam_phone = fields.Char(
        "Number to dial",
        compute="_compute_kam_phone",
        groups=READERS,
        help="In international form, so that it can be dialled from anywhere.",
    )
    kam_phone_problem = fields.Char(
        "What is wrong with the number", compute="_compute_kam_phone", groups=READERS
    )
    kam_phone_shared = fields.Boolean(
        "Number shared with another customer",
        compute="_compute_kam_phone_shared",
        search="_search_kam_phone_shared",
        groups=READERS,
    )
    kam_phone_others = fields.Char(
        "Who shares the number", compute="_compute_kam_phone_shared", groups=READERS
    )

    _kam_phone_idx = models.Index("(phone_sanitized) WHERE phone_sanitized IS NOT NULL")

    # -------------------------------------------------------------------- write
    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        names = self._phone_get_number_fields()
        given = [any(vals.get(name) for name in names) for vals in vals_list]
        if any(given):
            partners.browse(
                one.id for one, told in zip(partners, given, strict=True) if told
            )._kam_tidy_phones()
        return partners

    def write(self, vals):
        result = super().write(vals)
        if any(vals.get(name) for name in self._phone_get_number_fields()):
            self._kam_tidy_phones()
        return result

    def _kam_tidy_phones(self):
        """Put the numbers of key accounts' customers into international form.

        :raises UserError: a number that cannot be dialled, typed by somebody here
        """
        for partner in self._kam_of_accounts():
            for name in self._phone_get_number_fields():
                number = partner[name]
                if not number:
                    continue
                dialled, problem = partner._kam_dial(number)
                if problem:
                    partner._kam_refuse_phone(name, number, problem)
                elif dialled != number:
                    partner.write({name: dialled})

    def _kam_of_accounts(self):
        # sudo: which customers have an account only decides whose numbers are checked
        accounts = self.env["kam.account"].sudo()
        customers = self.commercial_partner_id
        found = accounts.search([("partner_id", "in", customers.ids)]).partner_id
        return self.filtered(lambda one: one.commercial_partner_id in found)

    def _kam_refuse_phone(self, name, number, problem):
        if self.env.su or not self.env.user._is_internal():
            return
        raise UserError(
            self.env._(
                "“%(field)s” %(number)s of %(name)s cannot be dialled: %(mend)s.",
                field=self._fields[name]._description_string(self.env),
                number=number,
                name=self.display_name,
                mend=self._kam_mend(problem),
            )
        )

    def _kam_mend(self, problem):
        # the sentences are marked in the core
        return self.env._(phones.MENDS[problem])  # pylint: disable=translation-contains-variable,translation-not-lazy

    # ------------------------------------------------------------------ compute
    def _kam_dial(self, number):
        """Return (international form, None) or (the number, what is wrong with it)."""
        country = self._kam_country()
        dialled = self._phone_format(
            number=number, country=country, force_format="INTERNATIONAL"
        )
        if dialled:
            return dialled, None
        return number, phones.problem_of(*self._kam_verdict(number, country))

    def _kam_country(self):
        customer = self.commercial_partner_id
        return self.country_id or customer.country_id or self.env.company.country_id

    def _kam_verdict(self, number, country):
        """Return (possible, valid, has country) as the library sees the number."""
        has_country = bool(country.code) or number.strip().startswith(("+", "00"))
        try:
            parsed = phonenumbers.parse(number, country.code or None)
        except phonenumbers.NumberParseException as error:
            return UNREADABLE.get(error.error_type, "text"), False, has_country
        found = phonenumbers.is_possible_number_with_reason(parsed)
        possible = OUTCOMES.get(found, "ok")
        return possible, phonenumbers.is_valid_number(parsed), has_country

    @api.depends("phone", "country_id", "parent_id", "commercial_partner_id.country_id")
    @api.depends_context("company", "lang")
    def _compute_kam_phone(self):
        for partner in self:
            number, problem = partner.phone, None
            if number:
                number, problem = partner._kam_dial(number)
            partner.kam_phone = number
            partner.kam_phone_problem = problem and self._kam_mend(problem)

    @api.depends("phone_sanitized", "commercial_partner_id")
    def _compute_kam_phone_shared(self):
        others = self._kam_sharers()
        for partner in self:
            held = others.get(partner.phone_sanitized, {})
            names = [
                name
                for customer_id, name in held.items()
                if customer_id != partner.commercial_partner_id._origin.id
            ]
            partner.kam_phone_shared = bool(names)
            partner.kam_phone_others = ", ".join(names[:SHOWN])

    def _kam_sharers(self):
        """Return {number: {customer id: name}} of all who have the numbers of self."""
        numbers = [one for one in set(self.mapped("phone_sanitized")) if one]
        if not numbers:
            return {}
        found = self.env["res.partner"].search_fetch(
            [("phone_sanitized", "in", numbers)],
            ["phone_sanitized", "commercial_partner_id"],
        )
        double = phones.shared(
            (one.phone_sanitized, one.commercial_partner_id.id) for one in found
        )
        customers = self.browse({one for held in double.values() for one in held})
        names = {one.id: one.display_name for one in customers.sorted("id")}
        return {
            number: {one: names[one] for one in sorted(held)}
            for number, held in double.items()
        }

    def _search_kam_phone_shared(self, operator, value):
        if operator != "in":
            return NotImplemented
        # Odoo does not ask this of fields that are searched by a method
        self._check_field_access(self._fields["kam_phone_shared"], "read")
        self.flush_model(["phone_sanitized", "commercial_partner_id", "active"])
        double = Domain(
            "phone_sanitized",
            "in",
            SQL(
                """(SELECT p.phone_sanitized FROM res_partner p
                     WHERE p.phone_sanitized IS NOT NULL AND p.active
                       AND (p.company_id IS NULL OR p.company_id IN %s)
                     GROUP BY p.phone_sanitized
                    HAVING count(DISTINCT p.commercial_partner_id) > 1)""",
                tuple(self.env.companies.ids) or (0,),
            ),
        )
        return double if True in value else ~double

    def _kam_phone_link(self):
        """Return the number as a screen shows it: dict, ``uri`` dials it."""
        number, problem = self._kam_dial(self.phone)
        return {
            "name": self.name or "",
            "number": number,
            "uri": "" if problem else _tel(number),
            "problem": self._kam_mend(problem) if problem else "",
        }

    # ------------------------------------------------------------------- public
    @api.model
    @api.readonly
    def kam_check_phone(self, number, partner_id=None):
        """Say whether a telephone number can be dialled, and who has it already.

        :param number: as typed
        :param partner_id: the contact it is meant for; its country is then known
        :return: dict ``number`` (international form, or as typed), ``uri`` (``tel:…``
            or empty), ``problem`` (what to mend, empty when right), ``customers``
            (list of ``{id, name}`` of those who have it already)
        :raises UserError: the number is no text, the contact no id
        """
        if not isinstance(number, str) or not isinstance(partner_id, (int, type(None))):
            raise UserError(
                self.env._(
                    "“Number” is a text such as +49 30 1234567; “Contact” is an id."
                )
            )
        partner = self.browse(partner_id or ()).exists()
        partner.check_access("read")
        dialled, problem = partner._kam_dial(number) if number.strip() else ("", None)
        uri = "" if problem else _tel(dialled)
        held = self.search(
            [("phone_sanitized", "=", uri.removeprefix("tel:") or "-")]
        ).commercial_partner_id
        return {
            "number": dialled,
            "uri": uri,
            "problem": self._kam_mend(problem) if problem else "",
            "customers": [
                {"id": one.id, "name": one.display_name}
                for one in held - partner.commercial_partner_id
            ],
        }


def _tel(number):
    """Return the link that dials a number in international form."""
    kept = "".join(char for char in number if char.isdigit() or char == "+")
    return f"tel:{kept}" if kept else ""
