"""Rolls a die when asked: `intents.yaml` says how, `handler.py` does it."""
