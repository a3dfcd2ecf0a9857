"""Tools for people who write packs: check, sample, compile."""
