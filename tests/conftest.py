"""Settings for all tests of this folder."""

from hypothesis import settings

# What a test may cost is measured elsewhere: here a busy machine must not fail it.
settings.register_profile("kam", deadline=None)
settings.load_profile("kam")
