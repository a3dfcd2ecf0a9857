"""The collector of garbage while a program starts: what is loaded then stays.

With its usual patience it looks through all of it dozens of times, for a tenth of the
processor time of a start.
"""

from __future__ import annotations

import gc

__all__ = ["loaded", "loading"]

MANY = 50_000
"""New things after which it looks through them: some megabytes."""
USUAL = gc.get_threshold()


def loading() -> None:
    """The program starts."""
    gc.set_threshold(MANY, *USUAL[1:])


def loaded() -> None:
    """A session begins that must not be held up: short looks, and only at what is
    new."""
    gc.freeze()
    gc.set_threshold(*USUAL)
