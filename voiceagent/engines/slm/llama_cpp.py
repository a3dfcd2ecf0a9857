"""GGUF models through llama.cpp: one that reads (BERT) and one that writes.

Both keep one context for life. The reader gives a vector for every piece; the writer
keeps what it has read and only reads on from where a new text differs, so that the
instructions in front of every sentence are paid for once. Nothing samples here: the
caller sees the scores of the next piece and decides.

One stream, one thread at a time, like every engine.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from functools import cached_property, partial
from pathlib import Path

from voiceagent.audio.arrays import Floats
from voiceagent.engines.slm.gguf_check import check_decoder, check_encoder
from voiceagent.engines.slm.llama_library import load_library
from voiceagent.engines.slm.llama_model import Resident
from voiceagent.errors import EngineFailed
from voiceagent.nlu.config import SlmConfig
from voiceagent.nlu.slm.build import LARGE, SlmRuntimes

__all__ = ["THREADS", "LlamaDecoder", "LlamaEncoder", "make"]

THREADS = 1
"""Measured on two busy cores: with two threads, which wait for each other spinning, one
decision in a hundred takes a second; with one it takes 14 ms instead of 9."""
CONTEXT = 8192
"""Pieces a writer holds at most: the instructions for a whole house take 2,500."""
STEP = 64
"""Pieces read in one pass at most: between passes the caller can stop."""
PIECE_BYTES = 512
WRITTEN_MARKS = frozenset({"<tool_call>", "</tool_call>"})
"""Marks that count as text: a call is written between them."""


class LlamaEncoder:
    """Pieces of a text to one vector each."""

    def __init__(
        self,
        path: Path,
        *,
        limit: int = 128,
        threads: int = THREADS,
        engine: str = "auto",
    ) -> None:
        """`limit`: pieces a text may have; `EngineMissing`, `ModelMissing`,
        `ModelError` or `EngineFailed` where it cannot be loaded."""
        header = check_encoder(path)
        limit = min(limit, header.number("context_length"))
        self._loaded = Resident(
            header, load_library(engine), context=limit, step=limit, threads=threads
        )
        self.name = header.name
        self.engine = self._loaded.library.name
        """Package and version that run it."""
        self.limit = limit
        self.width = header.number("embedding_length")
        self._loaded.call("set_embeddings", True)

    @cached_property
    def vocabulary(self) -> tuple[str, ...]:
        """Its pieces in BERT's way of writing: `##` before what continues a word."""
        return tuple(_piece(piece) for piece in self._loaded.header.vocabulary)

    def embed(self, ids: Sequence[int]) -> Floats:
        """The vectors of `ids`, one row each; more than `limit` are cut off."""
        ids = ids[: self.limit]
        known = len(self._loaded.header.vocabulary)
        if not ids or not all(0 <= piece < known for piece in ids):
            raise EngineFailed(f"`{self.name}` was given pieces it does not have")
        batch = self._loaded.fill(ids, 0, every=True)
        if self._loaded.call("encode", batch):
            raise EngineFailed(f"`{self.name}` failed on a text of {len(ids)} pieces")
        pointer = self._loaded.call("get_embeddings")
        return self._loaded.numbers(pointer, len(ids) * self.width).reshape(
            len(ids), self.width
        )

    def close(self) -> None:
        """Free the model."""
        self._loaded.close()


class LlamaDecoder:
    """A model that writes: text so far to the scores of the next piece."""

    def __init__(
        self,
        path: Path,
        *,
        context: int = CONTEXT,
        threads: int | None = None,
        engine: str = "auto",
    ) -> None:
        """`context`: pieces it can hold, at most what it was trained for."""
        header = check_decoder(path)
        if threads is None:
            threads = THREADS if path.stat().st_size < LARGE else 2
        context = min(context, header.number("context_length"))
        self._loaded = Resident(
            header, load_library(engine), context=context, step=STEP, threads=threads
        )
        self.name = header.name
        self.engine = self._loaded.library.name
        self.limit = context
        self.chat_template = header.chat_template
        self.passes = 0
        """Times the whole model was run."""
        self.read = 0
        """Pieces that went through it."""
        self._held: list[int] = []

    @cached_property
    def pieces(self) -> tuple[bytes, ...]:
        """What each piece writes; empty for those that only steer."""
        count = self._loaded.library.vocab_n_tokens(self._loaded.vocab)
        return tuple(self._written(piece) for piece in range(count))

    @cached_property
    def ends(self) -> frozenset[int]:
        """The pieces that end an answer."""
        library, vocab = self._loaded.library, self._loaded.vocab
        count = library.vocab_n_tokens(vocab)
        return frozenset(p for p in range(count) if library.vocab_is_eog(vocab, p))

    @property
    def held(self) -> Sequence[int]:
        """The pieces that are in the context now."""
        return tuple(self._held)

    def special(self, name: str) -> str:
        """The text of a special piece (`bos`, `eos`); empty where it has none."""
        place = self._loaded.header.metadata.get(f"tokenizer.ggml.{name}_token_id", -1)
        known = self._loaded.header.vocabulary
        return known[place] if 0 <= place < len(known) else ""

    def tokenize(self, text: str, *, special: bool = False) -> list[int]:
        """`text` in pieces; `special`: as a whole prompt, in which marks count."""
        data = text.encode("utf-8", errors="replace")
        needed = len(data) + 8
        for _ in range(2):
            room = (ctypes.c_int32 * needed)()
            count = self._loaded.library.tokenize(
                self._loaded.vocab, data, len(data), room, needed, False, special
            )
            if count >= 0:
                return list(room[:count])
            # A negative answer is the room it needs; a letter has four bytes.
            needed = min(-count, 8 * len(data) + 8)
        raise EngineFailed(f"`{self.name}` cannot cut this text into pieces")

    def opening(self) -> list[int]:
        """The pieces that every text of this model begins with."""
        library, vocab = self._loaded.library, self._loaded.vocab
        return [library.vocab_bos(vocab)] if library.vocab_get_add_bos(vocab) else []

    def keep(self, pieces: Sequence[int]) -> int:
        """Forget all that does not agree with `pieces`; how many of them are held."""
        shared = 0
        for mine, theirs in zip(self._held, pieces, strict=False):
            if mine != theirs:
                break
            shared += 1
        return self._forget(shared)

    def feed(self, pieces: Sequence[int]) -> Floats:
        """Read on, at most `STEP` pieces; the scores of what comes next."""
        if not 0 < len(pieces) <= min(STEP, self.limit - len(self._held)):
            raise EngineFailed(
                f"`{self.name}` has no room for {len(pieces)} more pieces",
                cause=f"its context holds {self.limit}",
            )
        batch = self._loaded.fill(pieces, len(self._held), every=False)
        self.passes += 1
        self.read += len(pieces)
        if self._loaded.call("decode", batch):
            self._forget(0)
            raise EngineFailed(f"`{self.name}` failed at piece {len(self._held)}")
        self._held += pieces
        count = len(self._loaded.header.vocabulary)
        return self._loaded.numbers(self._loaded.call("get_logits_ith", -1), count)

    def state(self) -> bytes:
        """What it has read, as `take_state` of the same model and package takes it."""
        size = self._loaded.call("state_seq_get_size", 0)
        room = ctypes.create_string_buffer(size)
        written = self._loaded.call("state_seq_get_data", room, size, 0)
        return room.raw[:written]

    def take_state(self, pieces: Sequence[int], state: bytes) -> bool:
        """Hold `pieces` as if they had been read; False where it is no such state, and
        then nothing is held."""
        self._forget(0)
        taken = self._loaded.call("state_seq_set_data", state, len(state), 0)
        if not 0 < taken == len(state) or not 0 < len(pieces) <= self.limit:
            self._forget(0, all_of_it=True)
            return False
        self._held += pieces
        return True

    def close(self) -> None:
        """Free the model."""
        self._loaded.close()

    def _forget(self, keep: int, *, all_of_it: bool = False) -> int:
        memory = self._loaded.call("get_memory")
        remove = self._loaded.library.memory_seq_rm
        if all_of_it:
            remove(memory, 0, -1, -1)
        elif keep < len(self._held) and not remove(memory, 0, keep, -1):
            # Recurrent models cannot step back: they begin again.
            remove(memory, 0, -1, -1)
            keep = 0
        del self._held[keep:]
        return keep

    def _written(self, piece: int) -> bytes:
        room = ctypes.create_string_buffer(PIECE_BYTES)
        write = self._loaded.library.token_to_piece
        mark = self._loaded.header.vocabulary[piece] in WRITTEN_MARKS
        count = write(self._loaded.vocab, piece, room, PIECE_BYTES, 0, mark)
        return room.raw[:count] if count > 0 else b""


def _piece(piece: str) -> str:
    # llama.cpp marks the start of a word, BERT what continues it.
    if piece.startswith("[") and piece.endswith("]") and len(piece) > 2:
        return piece
    return piece[1:] if piece.startswith("\u2581") else f"##{piece}"


def make(config: SlmConfig) -> SlmRuntimes:
    """Readers and writers; whichever package is there where the engine is `auto`."""
    return SlmRuntimes(
        partial(LlamaEncoder, engine=config.engine),
        partial(LlamaDecoder, engine=config.engine),
        talks=bool(config.answers),
    )
