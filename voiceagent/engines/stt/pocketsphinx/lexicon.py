"""The words of a grammar and how they are said, as a dictionary of their own.

The model's dictionary has 135,000 words, which every decoder would read anew: nine
tenths of the time that it takes to make one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from voiceagent.engines.stt.pocketsphinx.decoder import (
    add_words,
    make_decoder,
    ways_of,
)
from voiceagent.store.scratch import ScratchFolder

__all__ = ["Lexicon", "lexicon_file", "lexicon_of", "whole_dictionary"]

Lexicon = tuple[tuple[str, tuple[str, ...]], ...]
"""Each word and the phones of the ways to say it."""


@cache
def whole_dictionary() -> Any:
    """A decoder that knows every word of the model's dictionary."""
    return make_decoder({})


def lexicon_of(words: Iterable[str], table: Mapping[str, Sequence[str]]) -> Lexicon:
    """As the dictionary, `table` and the rules of `stt/pronounce.py` have it."""
    decoder, known = make_decoder({}), sorted(words)
    add_words(decoder, known, table)
    return tuple((word, tuple(ways_of(decoder, word))) for word in known)


@contextmanager
def lexicon_file(lexicon: Lexicon) -> Iterator[Path]:
    """The words as a file, for decoders that are made meanwhile."""
    with ScratchFolder() as folder:
        file = folder.path / "words.dict"
        file.write_text("".join(_lines(lexicon)), encoding="utf-8")
        yield file


def _lines(lexicon: Lexicon) -> Iterator[str]:
    for word, ways in lexicon:
        for number, phones in enumerate(ways, 1):
            name = f"{word}({number})" if number > 1 else word
            yield f"{name} {phones}\n"
