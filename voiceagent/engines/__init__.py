"""Adapters: one file an engine. Only `app.py` imports from here, when one is needed."""
