"""Which engine a configuration names: one that comes along, or a plugin's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from voiceagent.engines.registry import (
    EngineSpec,
    EngineStage,
    engines_of,
    find_engine,
)
from voiceagent.errors import ConfigError
from voiceagent.errors.meant import did_you_mean

if TYPE_CHECKING:
    from msgspec import Struct

__all__ = [
    "CHOICES",
    "check_engines",
    "choose",
    "chosen",
    "known",
    "offered",
    "value_of",
]

CHOICES: Mapping[str, tuple[EngineStage, tuple[str, ...]]] = {
    "wake.engine": (EngineStage.WAKE, ("none",)),
    "wake.verifier": (EngineStage.VERIFIER, ("none",)),
    "vad.engine": (EngineStage.VAD, ()),
    "stt.engine": (EngineStage.STT, ()),
    "stt.second": (EngineStage.SECOND, ("auto", "none")),
    "slm.engine": (EngineStage.SLM, ("auto",)),
    "speak.voice": (EngineStage.VOICE, ("auto",)),
    "serve.stt": (EngineStage.DICTATION, ("auto",)),
}
"""Keys that name an engine: of which stage, and what may stand there instead."""


def known(key: str) -> list[str]:
    """What may stand at a key, plugins aside."""
    stage, instead = CHOICES[key]
    return [*(spec.name for spec in engines_of(stage)), *instead]


def choose(stage: EngineStage, name: str) -> EngineSpec:
    """The engine of that name; raises `ConfigError` or `PluginError`."""
    return find_engine(stage, name) or _of_plugin(stage, name)


def chosen(config: Struct) -> Iterator[EngineSpec]:
    """The engines that a configuration names, those of plugins left out."""
    for key, (stage, _) in CHOICES.items():
        spec = find_engine(stage, _value(config, key))
        if spec is not None:
            yield spec


def check_engines(config: Struct, sources: Mapping[str, str]) -> None:
    """Refuse names that nobody answers to; imports no plugin. Raises `ConfigError`."""
    for key, (stage, _) in CHOICES.items():
        name = _value(config, key)
        if name not in known(key) and not offered(name):
            cause = f"set by {sources[key]}" if key in sources else ""
            raise _unknown(f"`$.{key}`: there is no {stage} engine", key, name, cause)


def value_of(config: Struct, key: str) -> Any:
    """What stands at a dotted key."""
    section, _, name = key.partition(".")
    return getattr(getattr(config, section), name)


def _value(config: Struct, key: str) -> str:
    value = str(value_of(config, key))
    # A voice may be one of an engine's: `flite/rms`.
    return value.partition("/")[0] if key == "speak.voice" else value


def offered(name: str) -> bool:
    """Whether a plugin brings an engine of that name; imports none."""
    from voiceagent.app.plugins import plugins

    return any(plugin.name == name for plugin in plugins("engine"))


def _of_plugin(stage: EngineStage, name: str) -> EngineSpec:
    from voiceagent.app.plugins import find_plugin

    plugin = find_plugin("engine", name)
    if plugin is None:
        key = next(key for key, (of, _) in CHOICES.items() if of is stage)
        raise _unknown(f"there is no {stage} engine", key, name, "")
    spec = plugin.load()
    if not isinstance(spec, EngineSpec):
        raise plugin.error(f"`{plugin.entry.value}` is no `EngineSpec`")
    if (spec.name, spec.stage) != (name, stage):
        raise plugin.error(f"it is the {spec.stage} engine `{spec.name}`")
    return spec


def _unknown(what: str, key: str, name: str, cause: str) -> ConfigError:
    names = known(key)
    rest = f"known: {', '.join(names)}, and those of `voiceagent plugins`"
    hint = f"{did_you_mean(name, names)} {rest}".lstrip()
    return ConfigError(f"{what} `{name}`", cause=cause, hint=hint)
