"""Whisper's weights: found on this machine, by path or by name, and loaded."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from voiceagent.engines.registry import EngineStage, install_of
from voiceagent.engines.stt.whisper_packages import PACKAGED, PackagedWhisper
from voiceagent.errors import EngineFailed, EngineMissing, ModelMissing

__all__ = ["INSTALL", "find_model", "load", "open_weights"]

INSTALL = install_of(EngineStage.STT, "faster_whisper")
THREADS = 4
"""More hardly help (SYSTRAN/faster-whisper#1073) and starve the other stages."""
PRECISION = "int8"
"""Of packaged weights, which are kept as float16: no processor of a desk calculates in
that, and as float32 they take twice the memory and 1.2 to 1.8 times the work."""
FILES = ("model.bin", "tokenizer.json")
"""What a model folder must hold; without the latter one would be downloaded."""


def open_weights(model: str) -> Any:
    """The model of a configuration at work: one of our packages, a folder, a name.

    Raises `EngineMissing`, `ModelMissing`, `ModelError` or `EngineFailed`.
    """
    packaged = PACKAGED.get(model)
    return load(find_model(model)) if packaged is None else load_packaged(packaged)


def find_model(model: str, *, allow_download: bool = False) -> Path:
    """The folder of `model`, from the disk unless a download is allowed.

    Raises `EngineMissing`, or `ModelMissing` with the next step.
    """
    folder = Path(model).expanduser()
    if not folder.is_dir():
        if folder.is_absolute() or model.startswith(("./", "../", "~")):
            raise _missing(model, "there is no such folder")
        folder = _from_cache(model, allow_download)
    if lacking := [name for name in FILES if not (folder / name).is_file()]:
        raise _missing(model, f"`{folder}` has no {', '.join(lacking)}")
    return folder


def _from_cache(name: str, allow_download: bool) -> Path:
    try:
        from faster_whisper.utils import download_model
    except ImportError as error:
        raise _no_engine(error) from error
    try:
        return Path(download_model(name, local_files_only=not allow_download))
    except ValueError as error:  # not a name it knows
        raise _missing(name, str(error)) from error
    except OSError as error:  # all of huggingface_hub's errors are
        cause = str(error) if allow_download else "its weights are not on this machine"
        raise _missing(name, cause) from error


def _missing(model: str, cause: str) -> ModelMissing:
    fetch = f"from faster_whisper import download_model; download_model({model!r})"
    return ModelMissing(
        f"speech model `{model}` is missing",
        cause=cause,
        hint=f"set `stt.model` to one that comes in a package ({', '.join(PACKAGED)}), "
        "to the path of a folder in CTranslate2's format, or fetch a model by its name "
        f'once: `python -c "{fetch}"`',
    )


def _no_engine(error: ImportError) -> EngineMissing:
    return EngineMissing("faster-whisper", install=INSTALL, cause=str(error))


def load(folder: Path) -> Any:
    """The model in a folder; raises `EngineMissing`, `EngineFailed`."""
    return _loaded(str(folder), "default")


def load_packaged(packaged: PackagedWhisper) -> Any:
    """A model of packages, its files as pinned."""
    # Before 145 MB are read for an engine that is not there.
    _engine()
    return _loaded(packaged.name, PRECISION, files=packaged.contents())


def _engine() -> Any:
    try:
        from faster_whisper import WhisperModel
    except ImportError as error:
        raise _no_engine(error) from error
    return WhisperModel


def _loaded(place: str, precision: str, **more: Any) -> Any:
    engine = _engine()
    try:
        return engine(
            place,
            device="cpu",
            compute_type=precision,
            cpu_threads=min(THREADS, os.cpu_count() or 1),
            local_files_only=True,
            **more,
        )
    except Exception as error:  # tokenizers raises a bare Exception
        raise EngineFailed(
            f"speech model `{Path(place).name}` cannot be loaded",
            cause=str(error),
            hint="fetch or convert it again: the files are broken or of another kind",
        ) from error
