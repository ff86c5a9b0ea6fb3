"""The dispute file as a download."""

import base64

from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import content_disposition, request


class KamDisputeFile(http.Controller):
    @http.route("/kam/dispute/<int:dispute_id>/file", type="http", auth="user")
    def dispute_file(self, dispute_id):
        """Send all papers of a dispute in one archive; the export is recorded."""
        dispute = request.env["kam.dispute"].browse(dispute_id)
        try:
            found = dispute.exists().case_file() if dispute.exists() else None
        except (AccessError, MissingError):
            found = None
        if found is None:
            return request.not_found()
        return request.make_response(
            base64.b64decode(found["content"]),
            [
                ("Content-Type", "application/zip"),
                ("Content-Disposition", content_disposition(found["name"])),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )
