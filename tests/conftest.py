"""Shared settings: property tests have no time limit of their own on busy machines."""

from hypothesis import settings

settings.register_profile("shared", deadline=None, print_blob=True)
settings.load_profile("shared")
