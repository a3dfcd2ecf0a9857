"""Weights of a GGUF model and the one context that is kept beside them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from voiceagent.audio.arrays import Floats
from voiceagent.engines.slm.llama_library import Batch, ContextParams, LlamaLibrary
from voiceagent.errors import EngineFailed
from voiceagent.nlu.models.gguf_header import Header, broken

__all__ = ["Resident"]


class Resident:
    """Weights and one context; freed together."""

    def __init__(
        self,
        header: Header,
        library: LlamaLibrary,
        *,
        context: int,
        step: int,
        threads: int,
    ) -> None:
        """`context`: pieces it holds; `step`: pieces of one pass at most."""
        self.header, self.library, self.context = header, library, context
        self._model = library.model_load_from_file(
            os.fsencode(header.path), library.model_default_params()
        )
        if not self._model:
            raise broken(header.path, f"{library.name} refuses it")
        self._context = library.init_from_model(
            self._model, self._params(step, threads)
        )
        if not self._context:
            library.model_free(self._model)
            raise EngineFailed(
                f"model `{header.name}` could not be started",
                cause=f"{library.name} found no room for its context",
                hint="free memory, or choose a smaller model",
            )
        self._vocab = library.model_get_vocab(self._model)
        self._batch = library.batch_init(step, 0, 1)

    def _params(self, step: int, threads: int) -> ContextParams:
        params = self.library.context_default_params()
        params.context, params.batch, params.micro_batch = self.context, step, step
        params.threads = params.batch_threads = threads
        params.pooling = 0
        assert isinstance(params, ContextParams)
        return params

    def fill(self, pieces: Sequence[int], start: int, *, every: bool) -> Batch:
        """A batch with `pieces` from place `start` on; wanted: every output or one."""
        self._insist_open()
        batch = self._batch
        batch.count = len(pieces)
        for index, piece in enumerate(pieces):
            batch.tokens[index] = piece
            batch.places[index] = start + index
            batch.sequence_counts[index] = 1
            batch.sequences[index][0] = 0
            batch.outputs[index] = every or index == len(pieces) - 1
        assert isinstance(batch, Batch)
        return batch

    def call(self, function: str, *args: Any) -> Any:
        """A function of the library on this context; `EngineFailed` once closed."""
        self._insist_open()
        return getattr(self.library, function)(self._context, *args)

    @property
    def vocab(self) -> Any:
        """The tokenizer, for calls of the library."""
        self._insist_open()
        return self._vocab

    def _insist_open(self) -> None:
        # What was freed must not be written to.
        if not self._context:
            raise EngineFailed(f"model `{self.header.name}` is closed")

    def close(self) -> None:
        """Free everything; may be called twice."""
        if self._context:
            self.library.batch_free(self._batch)
            self.library.free(self._context)
            self.library.model_free(self._model)
        self._context = None

    def __del__(self) -> None:
        if getattr(self, "_context", None):
            self.close()

    def numbers(self, pointer: Any, count: int) -> Floats:
        """A copy of what was calculated; `EngineFailed` where it is no number."""
        if not pointer:
            raise EngineFailed(f"model `{self.header.name}` gave no result")
        found: Floats = np.ctypeslib.as_array(pointer, (count,)).copy()
        if not np.isfinite(found).all():
            raise EngineFailed(
                f"model `{self.header.name}` calculates nonsense",
                cause="its weights are broken",
                hint="copy it again; `voiceagent models verify` compares the hashes",
            )
        return found
