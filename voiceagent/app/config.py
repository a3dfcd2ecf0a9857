"""Configuration: typed, from several places, and every value knows where it came from.

Precedence, lowest first: defaults < `~/.config/voiceagent/config.toml` <
`./voiceagent.toml` < `VOICEAGENT_<SECTION>__<KEY>` in the environment < flags.
`--config FILE` replaces both files. What `./voiceagent.toml` may set before it is
trusted stands in `app/project_file.py`. The types are the schema; each section stands
beside its stage.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_type_hints

import msgspec
from msgspec import Struct, field

from voiceagent.agent.config import BudgetConfig
from voiceagent.app.choices import check_engines
from voiceagent.app.idle_keys import check_idle
from voiceagent.app.in_the_clear import check_clear
from voiceagent.app.moved_keys import check_moved
from voiceagent.app.project_file import (
    ProjectFile,
    check_trust,
    config_folder,
    find_project,
)
from voiceagent.app.relative_paths import from_there
from voiceagent.audio.config import AudioConfig
from voiceagent.errors import ConfigError
from voiceagent.errors.meant import did_you_mean
from voiceagent.frontend.config import EndpointConfig, VadConfig, WakeConfig
from voiceagent.gateway.config import GatewayConfig
from voiceagent.nlu.config import RouteConfig, SlmConfig
from voiceagent.privacy.config import PrivacyConfig
from voiceagent.region.config import (
    KnowledgeConfig,
    LlamaConfig,
    MemoryConfig,
    ServeConfig,
    UpstreamConfig,
)
from voiceagent.routing.config import CostConfig, RegionConfig
from voiceagent.skills.config import ConfirmConfig, HomeAssistantConfig, PackConfig
from voiceagent.store import StoreConfig
from voiceagent.stt.config import SttConfig
from voiceagent.trace.config import TelemetryConfig
from voiceagent.tts.config import SpeakConfig

__all__ = ["Config", "Loaded", "load_config", "read_project", "nested", "schema"]


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All sections."""

    wake: WakeConfig = field(default_factory=WakeConfig)
    vad: VadConfig = field(default_factory=VadConfig)
    endpoint: EndpointConfig = field(default_factory=EndpointConfig)
    stt: SttConfig = field(default_factory=SttConfig)
    slm: SlmConfig = field(default_factory=SlmConfig)
    route: RouteConfig = field(default_factory=RouteConfig)
    speak: SpeakConfig = field(default_factory=SpeakConfig)
    budget: BudgetConfig = field(default_factory=BudgetConfig)
    audio: AudioConfig = field(default_factory=AudioConfig)
    pack: PackConfig = field(default_factory=PackConfig)
    home_assistant: HomeAssistantConfig = field(default_factory=HomeAssistantConfig)
    confirm: ConfirmConfig = field(default_factory=ConfirmConfig)
    store: StoreConfig = field(default_factory=StoreConfig)
    region: RegionConfig = field(default_factory=RegionConfig)
    privacy: PrivacyConfig = field(default_factory=PrivacyConfig)
    cost: CostConfig = field(default_factory=CostConfig)
    telemetry: TelemetryConfig = field(default_factory=TelemetryConfig)
    serve: ServeConfig = field(default_factory=ServeConfig)
    knowledge: KnowledgeConfig = field(default_factory=KnowledgeConfig)
    upstream: UpstreamConfig = field(default_factory=UpstreamConfig)
    llama: LlamaConfig = field(default_factory=LlamaConfig)
    memory: MemoryConfig = field(default_factory=MemoryConfig)
    gateway: GatewayConfig = field(default_factory=GatewayConfig)


@dataclass(frozen=True, slots=True)
class Loaded:
    """The configuration and where each value came from."""

    config: Config
    sources: Mapping[str, str]
    """By dotted key (`wake.words`); what is missing has its default."""
    project: Path | None = None
    """The file of the folder one stands in, where it is obeyed."""


Values = dict[str, dict[str, Any]]


def load_config(
    file: Path | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    flags: Mapping[str, object] | None = None,
    folder: Path | None = None,
) -> Loaded:
    """Read all places; `flags` by dotted key; raises `ConfigError`."""
    environ = os.environ if environ is None else environ
    values: Values = {}
    sources: dict[str, str] = {}
    for path in _named(file):
        _merge(values, sources, _read(path), str(path))
    for path in _of_user(environ) if file is None else ():
        _merge(values, sources, from_there(_read(path), path.parent), str(path))
    project = find_project(folder) if file is None else None
    if project is not None:
        found = read_project(project)
        check_trust(project, found, environ)
        _merge(values, sources, found, str(project.path))
    _merge(values, sources, _from_environment(environ), "environment")
    _merge(values, sources, nested(flags or {}), "flag")
    try:
        config = msgspec.convert(values, Config, strict=False)
    except msgspec.ValidationError as error:
        raise _explain(error, sources) from error
    check_engines(config, sources)
    check_idle(config, sources)
    check_clear(config, environ)
    return Loaded(config, sources, project.path if project else None)


def schema() -> dict[str, Any]:
    """JSON Schema of the configuration, for editors."""
    return msgspec.json.schema(Config)


def read_project(project: ProjectFile) -> Values:
    """What a project's file sets; raises `ConfigError`."""
    return _parsed(project.path, project.content)


def _named(file: Path | None) -> Sequence[Path]:
    if file is not None and not file.is_file():
        raise ConfigError(
            f"no configuration file `{file}`", hint="check the path of `--config`"
        )
    return (file,) if file is not None else ()


def _of_user(environ: Mapping[str, str]) -> Sequence[Path]:
    file = config_folder(environ) / "config.toml"
    return (file,) if file.is_file() else ()


def _read(path: Path) -> Values:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error
    return _parsed(path, content)


def _parsed(path: Path, content: bytes) -> Values:
    try:
        values = tomllib.loads(content.decode())
    except (ValueError, RecursionError) as error:
        raise _unreadable(path, error) from error
    return _checked(values, str(path))


def _unreadable(path: Path, error: Exception) -> ConfigError:
    return ConfigError(
        f"cannot read configuration `{path}`",
        cause=str(error),
        hint="mend that line; `voiceagent config show` prints what is in force",
    )


def _from_environment(environ: Mapping[str, str]) -> Values:
    prefix = "VOICEAGENT_"
    found: dict[str, object] = {}
    for name, value in environ.items():
        if name.startswith(prefix) and "__" in name:
            section, _, key = name.removeprefix(prefix).lower().partition("__")
            found[f"{section}.{key}"] = _split(f"{section}.{key}", value)
    return nested(found)


def _split(key: str, value: str) -> object:
    """Lists are written with commas in the environment."""
    default: Any = Config()
    for part in key.split("."):
        default = getattr(default, part, None)
    if isinstance(default, list):
        return [part for part in value.split(",") if part]
    return value


def nested(flat: Mapping[str, object]) -> Values:
    """Values by section and key; raises `ConfigError` where there is no such key."""
    values: Values = {}
    for key, value in flat.items():
        section, _, name = key.partition(".")
        values.setdefault(section, {})[name] = value
    return _checked(values, "")


def _checked(values: Mapping[str, Any], where: str) -> Values:
    """Refuse unknown sections and keys, with the nearest known one."""
    sections = get_type_hints(Config)
    for section, body in values.items():
        if section not in sections:
            check_moved(section, where)
            raise _unknown(f"$.{section}", section, list(sections), where)
        if not isinstance(body, dict):
            raise ConfigError(
                f"`$.{section}` must be a section",
                cause=where,
                hint=f"write `[{section}]` on a line of its own",
            )
        known = sections[section].__struct_fields__
        for key in body:
            if key not in known:
                check_moved(f"{section}.{key}", where)
                raise _unknown(f"$.{section}.{key}", key, known, where)
    return dict(values)


def _unknown(path: str, name: str, known: Sequence[str], where: str) -> ConfigError:
    hint = did_you_mean(name, known) or f"known: {', '.join(known)}"
    return ConfigError(f"unknown key `{path}`", cause=where, hint=hint)


def _merge(values: Values, sources: dict[str, str], more: Values, where: str) -> None:
    for section, body in more.items():
        values.setdefault(section, {}).update(body)
        sources.update({f"{section}.{key}": where for key in body})


def _explain(error: msgspec.ValidationError, sources: Mapping[str, str]) -> ConfigError:
    text = str(error)
    text = text.replace(" - at `key` in `$.", " - at `$.")
    what, _, path = text.partition(" - at `$.")
    key = path.rstrip("`").split("[")[0]
    return ConfigError(
        f"`$.{key}`: {what}" if key else what,
        cause=f"set by {sources[key]}" if key in sources else "",
        hint="`voiceagent config schema` lists what is allowed",
    )
