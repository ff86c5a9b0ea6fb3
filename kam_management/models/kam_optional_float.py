from odoo import fields


class OptionalFloat(fields.Float):
    """A number that may be unknown: empty then, where Odoo's own would say 0.

    A growth of 0 % and no growth to speak of are different answers; lists, exports
    and integrations must tell them apart.
    """

    def convert_to_column(self, value, record, values=None, validate=True):
        if value is None or value is False:
            return None
        return super().convert_to_column(value, record, values, validate)

    def convert_to_cache(self, value, record, validate=True):
        if value is None or value is False:
            return None
        return super().convert_to_cache(value, record, validate)

    def convert_to_record(self, value, record):
        return False if value is None else value

    def convert_to_export(self, value, record):
        # False equals 0.0, hence not left to the parent.
        return "" if value is None or value is False else value
