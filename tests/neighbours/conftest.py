"""Skip these tests unless pytest-odoo was given an Odoo database."""

import pytest


def pytest_collection_modifyitems(config, items):
    """Mark every test below this folder, when there is no database."""
    if config.getoption("odoo_config", None) or config.getoption("odoo_database", None):
        return
    here = config.rootpath / "tests" / "neighbours"
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.skip(reason="no Odoo database"))
