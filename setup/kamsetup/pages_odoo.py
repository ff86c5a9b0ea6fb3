"""Run in Odoo's shell on the demo: make the scripts and styles of its pages now.

Odoo makes them when a page first asks. A browser asks for some twice at once; then one
answer may be "collides with an existing file", and the first page has no styles.
"""

BUNDLES = (
    "web.assets_frontend_minimal",
    "web.assets_frontend",
    "web.assets_frontend_lazy",
    "web.assets_web",
    "web.assets_web_print",
    "web.assets_web_dark",
    "web.assets_backend_lazy",
    "web.chartjs_lib",
)

env = globals()["env"]  # given by the shell
for name in BUNDLES:
    bundle = env["ir.qweb"]._get_asset_bundle(name, css=True, js=True)
    bundle.js()
    bundle.css()
env.cr.commit()
