"""What may have been meant by a name that nobody knows."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["did_you_mean"]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The known name that is most like it, as a question; empty where none is."""
    # Hardly any start needs it.
    from difflib import get_close_matches

    near = get_close_matches(name, list(known), 1)
    return f"did you mean `{near[0]}`?" if near else ""
