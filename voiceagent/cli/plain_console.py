"""A console that obeys nobody but us: what is printed is text, whoever said it.

Square brackets are no markup, `:smile:` is no picture, and what a terminal would take
as an order is left out of every piece of text, however deep in a table it stands.
"""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from voiceagent.errors.foreign import words_of_others

__all__ = ["PlainConsole"]


class PlainConsole(Console):
    """Renders text as text."""

    def __init__(self, *, stderr: bool = False, soft_wrap: bool = False) -> None:
        super().__init__(
            markup=False,
            emoji=False,
            highlight=False,
            stderr=stderr,
            soft_wrap=soft_wrap,
        )

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Its pieces; what moves the cursor is ours alone."""
        for piece in super().render(renderable, options):
            text = piece.text
            if piece.control or text.isprintable():
                yield piece
            else:
                # Padding of a tab or a line's end is rich's own and stays.
                yield piece._replace(text=words_of_others(text, piece=True))
