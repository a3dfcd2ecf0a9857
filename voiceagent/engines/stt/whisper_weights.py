"""Whisper's weights: found on this machine, by path or by name, and loaded."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from voiceagent.engines.registry import EngineStage, install_of
from voiceagent.errors import EngineFailed, EngineMissing, ModelMissing

__all__ = ["INSTALL", "find_model", "load"]

INSTALL = install_of(EngineStage.STT, "faster_whisper")
THREADS = 4
"""More hardly help (SYSTRAN/faster-whisper#1073) and starve the other stages."""
FILES = ("model.bin", "tokenizer.json")
"""What a model folder must hold; without the latter one would be downloaded."""


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
        hint="set `stt.model` to the path of a folder in CTranslate2's format, or fetch"
        f' a model by its name once: `python -c "{fetch}"`',
    )


def _no_engine(error: ImportError) -> EngineMissing:
    return EngineMissing("faster-whisper", install=INSTALL, cause=str(error))


def load(folder: Path) -> Any:
    """The model in a folder; raises `EngineMissing`, `EngineFailed`."""
    try:
        from faster_whisper import WhisperModel
    except ImportError as error:
        raise _no_engine(error) from error
    try:
        return WhisperModel(
            str(folder),
            device="cpu",
            compute_type="default",
            cpu_threads=min(THREADS, os.cpu_count() or 1),
            local_files_only=True,
        )
    except Exception as error:  # tokenizers raises a bare Exception
        raise EngineFailed(
            f"speech model `{folder.name}` cannot be loaded",
            cause=str(error),
            hint="fetch or convert it again: the files are broken or of another kind",
        ) from error
