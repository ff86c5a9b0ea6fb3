"""Fixtures for tests that need neither Odoo nor a database.

They take the place of pytest-odoo's own session fixtures, so that plain `pytest`
runs such tests with or without a database.  A conftest imports all three.
"""

import pytest


@pytest.fixture(scope="session", autouse=True)
def load_registry():
    """Do not load an Odoo registry for these tests."""


@pytest.fixture(scope="session", autouse=True)
def load_http():
    """Do not start an Odoo HTTP server for these tests."""


@pytest.fixture(scope="module", autouse=True)
def enable_odoo_test_flag():
    """Leave Odoo's test flag alone."""
