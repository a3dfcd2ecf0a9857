"""Whether the neural recogniser is here, without loading it."""

from __future__ import annotations

from pathlib import Path

from voiceagent.engines.package import package_folder
from voiceagent.engines.registry import EngineStage, install_of
from voiceagent.errors import EngineMissing

__all__ = ["INSTALL", "moonshine_folder", "wanted"]

INSTALL = install_of(EngineStage.SECOND, "moonshine")
PACKAGE = "moonshine_voice"


def moonshine_folder() -> Path | None:
    """Where the model lies; None where it or what runs it is not installed."""
    try:
        folder = package_folder(PACKAGE, install=INSTALL) / "assets" / "tiny-en"
        package_folder("onnxruntime", install=INSTALL)
    except EngineMissing:
        return None
    return folder if (folder / "encoder_model.ort").is_file() else None


def wanted(second: str) -> bool:
    """Whether it is to be used: "moonshine", or "auto" and installed."""
    return second == "moonshine" or (second == "auto" and bool(moonshine_folder()))
