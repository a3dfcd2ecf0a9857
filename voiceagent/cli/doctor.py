"""`voiceagent doctor`: what is there, what is missing, and the line that mends it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from voiceagent.cli.shared import (
    ConfigOption,
    JsonOption,
    PackOption,
    configure,
    console,
    emit_json,
)
from voiceagent.errors import CheckFailed, DeviceMissing, VoiceAgentError
from voiceagent.errors.lines import here

if TYPE_CHECKING:
    from voiceagent.app.config import Config
    from voiceagent.app.workshop import Workshop
    from voiceagent.audio.portaudio import Microphone

__all__ = ["Diagnosis", "doctor"]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing that was looked at."""

    what: str
    ok: bool
    detail: str
    fix: str = ""
    needed: bool = True
    """False: the agent also works without it, worse."""


def doctor(
    pack: PackOption = None, json: JsonOption = False, config: ConfigOption = None
) -> None:
    """Look at everything the agent needs; exit 1 where something needed is missing."""
    loaded = configure(config, pack)
    found = (
        *(_packages(loaded), _programs(), _clocks(), _audio(), _engines(loaded)),
        _gateway(loaded),
    )
    findings = [finding for part in found for finding in part]
    for finding in findings:
        if json:
            emit_json(asdict(finding) | {"fix": here(finding.fix)})
            continue
        mark = "✓" if finding.ok else "✗" if finding.needed else "–"
        console().print(f"{mark} {finding.what:24} {finding.detail}", markup=False)
        if not finding.ok and finding.fix:
            console().print(f"  fix: {here(finding.fix)}", markup=False)
    missing = [f.what for f in findings if not f.ok and f.needed]
    if missing:
        raise CheckFailed(f"missing: {', '.join(missing)}")


def _packages(config: Config) -> Iterator[Diagnosis]:
    from voiceagent.app.installed import packages
    from voiceagent.trace.machine import installed

    release = ".".join(str(part) for part in sys.version_info[:3])
    fix = "install Python 3.11 or later"
    yield Diagnosis("python", sys.version_info >= (3, 11), release, fix)
    for need in packages(config):
        found = installed(need.name)
        if not found and any(map(installed, need.same)):
            continue
        detail, fix = f"{found or 'missing'}: {need.what}", f"run `{need.install}`"
        yield Diagnosis(need.name, bool(found), detail, fix, need.needed)


def _programs() -> Iterator[Diagnosis]:
    from voiceagent.app.installed import programs

    for need in programs():
        path = shutil.which(need.name)
        detail, fix = path or f"missing: {need.what}", f"run `{need.install}`"
        yield Diagnosis(need.name, bool(path), detail, fix, need.needed)


def _clocks() -> Iterator[Diagnosis]:
    """What alarms go by."""
    from voiceagent.clock import clock_errors, local, zone

    wrong = clock_errors()
    for error in wrong:
        yield Diagnosis(error.what, False, error.cause, error.hint, needed=False)
    if not wrong:
        detail = f"{local():%A %H:%M}, {zone().name or 'a zone without a name'}"
        yield Diagnosis("date and zone", True, detail)


def _audio() -> Iterator[Diagnosis]:
    from voiceagent.audio.portaudio import list_devices

    yield _tried("microphones", lambda: _devices(list_devices()), needed=False)


def _devices(devices: Sequence[Microphone]) -> str:
    if not devices:
        raise DeviceMissing(
            "none found",
            hint="plug one in; until then `voiceagent replay FILE` hears one",
        )
    usual = next((one for one in devices if one.default), devices[0])
    others = f", and {len(devices) - 1} more" if len(devices) > 1 else ""
    return f"{usual.name}{others}: see `listen --list-devices`"


def _engines(config: Config) -> Iterator[Diagnosis]:
    from voiceagent.app.workshop import Workshop
    from voiceagent.clock import Pace
    from voiceagent.store import state_folder

    shop = Workshop(config)
    yield _tried("wake engine", lambda: _wake(shop))
    yield _tried("vad engine", lambda: shop.engines.vad().name)
    yield _tried(
        "pack",
        lambda: f"{shop.language.pack.name}, {len(shop.language.pack.skills)} skills",
    )
    yield _tried("grammar", lambda: f"{len(shop.language.grammar.arcs)} states")
    yield _tried("recogniser", lambda: shop.engines.stt().name)
    yield _tried("voice", lambda: shop.engines.voices(Pace.REALTIME)[0].name)
    yield _tried("language model", lambda: _model(shop), needed=False)
    folder = state_folder()
    near = next(path for path in (folder, *folder.parents) if path.exists())
    fine = os.access(near, os.W_OK)
    yield Diagnosis("state folder", fine, str(folder), "set `store.folder`")


def _gateway(config: Config) -> Iterator[Diagnosis]:
    """Nothing where no server is configured: then there is none."""
    servers = config.gateway.servers
    if not servers:
        return
    from voiceagent.app.gateway import check_gateway

    yield _tried("gateway", lambda: check_gateway(config), needed=False)
    for name, one in servers.items():
        if one.command:
            path = shutil.which(one.command[0])
            detail = path or f"`{one.command[0]}` is not there"
            fix = f"set `gateway.servers.{name}.command`"
            yield Diagnosis(f"gateway {name}", bool(path), detail, fix, needed=False)


def _wake(shop: Workshop) -> str:
    wake = shop.engines.wake()
    return wake.name if wake else "off"


def _model(shop: Workshop) -> str:
    """The model in use, loaded and asked; raises where it cannot be."""
    from voiceagent.nlu.models.model_folder import NONE, find_model

    library = shop.library(live=False)
    name = library.wanted()
    if name == NONE:
        return "none, templates alone"
    model = find_model(name)
    slm = library.load(name)
    assert slm is not None
    limits = library.limits(slm)
    library.release(slm)
    return (
        f"{model.name} {model.version}, {model.size / 1e6:.1f} MB, "
        f"{model.card.licence}; acts from {limits.act:.2f}, asks from {limits.ask:.2f}"
    )


def _tried(what: str, look: Callable[[], str], *, needed: bool = True) -> Diagnosis:
    try:
        return Diagnosis(what, True, look(), needed=needed)
    except VoiceAgentError as error:
        return Diagnosis(what, False, error.what, error.hint, needed)
