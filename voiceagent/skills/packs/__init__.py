"""Packs: templates, lists and handlers that belong together."""
