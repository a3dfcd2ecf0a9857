"""What is needed to ask about documents without a region: for simulated ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from voiceagent.region.config import KnowledgeConfig
from voiceagent.routing.release import Dictate

if TYPE_CHECKING:
    from voiceagent.region.knowledge import Knowledge

__all__ = ["Asking", "Dictate"]


class Asking:
    """Documents and recognisers, each made when it is first needed."""

    def __init__(
        self, config: KnowledgeConfig, dictation: Callable[[Sequence[str]], Dictate]
    ) -> None:
        """`dictation(sentences)`: a recogniser of what is said about them."""
        self._config, self._dictation = config, dictation

    @cached_property
    def knowledge(self) -> Knowledge | None:
        """The operator's documents; None where none are configured."""
        from voiceagent.region.knowledge import Knowledge

        folders = [Path(folder) for folder in self._config.folders]
        return Knowledge(folders) if folders else None

    @cached_property
    def ears(self) -> Dictate:
        """A recogniser of questions about the documents."""
        return self._dictation(self.knowledge.sentences() if self.knowledge else ())

    @cached_property
    def general(self) -> Dictate:
        """The device's general recogniser, which often hears the wrong words."""
        return self._dictation(())
