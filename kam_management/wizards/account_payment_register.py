from odoo import models


class AccountPaymentRegister(models.TransientModel):
    _inherit = "account.payment.register"

    def _create_payment_vals_from_wizard(self, batch_result):
        """Hand the agreement of what is paid to the payment, where there is one."""
        vals = super()._create_payment_vals_from_wizard(batch_result)
        return {**vals, "kam_agreement": self._kam_agreement(batch_result)}

    def _create_payment_vals_from_batch(self, batch_result):
        """Hand the agreement of what is paid to the payment, where there is one."""
        vals = super()._create_payment_vals_from_batch(batch_result)
        return {**vals, "kam_agreement": self._kam_agreement(batch_result)}

    def _kam_agreement(self, batch_result):
        names = set(batch_result["lines"].move_id.mapped("kam_agreement"))
        return names.pop() if len(names) == 1 else False
