"""Keys that would mean nothing beside what else is chosen: refused, never ignored.

What only waits for its switch is no such key (`[region]` without `region.url`, which
may be a flag, `[llama]` while `serve.backend` is another), nor is one whose switch was
moved by somebody who comes later: a flag over a file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from voiceagent.app.choices import value_of
from voiceagent.engines.registry import EngineStage, engines_of, find_engine
from voiceagent.errors import ConfigError

if TYPE_CHECKING:
    from msgspec import Struct

__all__ = ["check_idle"]

LATER = ("environment", "flag")
"""Places that override files, in their order."""


@dataclass(frozen=True, slots=True)
class IdleKey:
    """A key that something else may make meaningless."""

    key: str
    beside: str
    """What makes it so."""
    works: Callable[[Struct], bool]
    hint: str
    what: str = "nothing would read"


def check_idle(config: Struct, sources: Mapping[str, str]) -> None:
    """Refuse values that nobody would read; raises `ConfigError`."""
    usual = type(config)()
    for rule in (*RULES, *_of_engines(config)):
        value = value_of(config, rule.key)
        if value == value_of(usual, rule.key) or rule.works(config):
            continue
        if _rank(sources.get(rule.beside)) > _rank(sources.get(rule.key)):
            continue
        place = f"set by {sources[rule.key]}, and " if rule.key in sources else ""
        beside = value_of(config, rule.beside)
        stands = f"is `{beside}`" if beside else "is not set"
        raise ConfigError(
            f"`$.{rule.key}`: {rule.what} `{value}`",
            cause=f"{place}`{rule.beside}` {stands}",
            hint=rule.hint,
        )


def _rank(source: str | None) -> int:
    return LATER.index(source) + 1 if source in LATER else 0


def _of_engines(config: Struct) -> Iterator[IdleKey]:
    """Keys that the chosen engine does not know."""
    spec = find_engine(EngineStage.STT, value_of(config, "stt.engine"))
    if spec is None:
        return  # a plugin's: it may know any
    for name in spec.ignores:
        hint = f"leave it out, or choose an engine that has it: {_others(name)}"
        yield IdleKey(f"stt.{name}", "stt.engine", lambda config: False, hint)
    if spec.languages:
        yield IdleKey(
            "stt.language",
            "stt.engine",
            lambda config: value_of(config, "stt.language") in spec.languages,
            f"write {_either(spec.languages)}; others: {_others('language')}",
            what=f"`{spec.name}` does not hear",
        )


def _either(languages: Sequence[str]) -> str:
    return " or ".join(f"`{language}`" for language in languages)


def _others(name: str) -> str:
    """Recognisers that know a key."""
    found = [
        f'`stt.engine = "{spec.name}"`'
        for spec in engines_of(EngineStage.STT)
        if name not in spec.ignores and not (name == "language" and spec.languages)
    ]
    return ", ".join(found)


def _is(key: str, *values: str) -> Callable[[Struct], bool]:
    return lambda config: value_of(config, key) in values


def _given(key: str) -> Callable[[Struct], bool]:
    return lambda config: bool(value_of(config, key))


def _encrypted(config: Struct) -> bool:
    """Whether any way to a region has TLS, or there is none yet."""
    urls = [value_of(config, key) for key in ("region.url", "region.backup_url")]
    given: list[Any] = list(filter(None, urls))
    return not given or any(url.startswith("wss://") for url in given)


RULES = (
    IdleKey(
        "speak.command",
        "speak.voice",
        _is("speak.voice", "command"),
        'set `speak.voice = "command"`',
    ),
    IdleKey(
        "serve.stt_model",
        "serve.stt",
        lambda config: value_of(config, "serve.stt") != "pocketsphinx",
        'set `serve.stt = "faster_whisper"`',
    ),
    IdleKey(
        "serve.client_ca",
        "serve.certificate",
        _given("serve.certificate"),
        "give the server a certificate too: without TLS nobody's is asked for",
    ),
    IdleKey(
        "region.certificate",
        "region.url",
        _encrypted,
        "write `wss://`: without TLS no certificate is shown",
    ),
    IdleKey(
        "region.ca_file",
        "region.url",
        _encrypted,
        "write `wss://`: without TLS no certificate is checked",
    ),
    IdleKey(
        "region.backup_model",
        "region.backup_url",
        _given("region.backup_url"),
        "set `region.backup_url`",
    ),
    IdleKey(
        "region.backup_token_env",
        "region.backup_url",
        _given("region.backup_url"),
        "set `region.backup_url`",
    ),
    IdleKey(
        "memory.url",
        "memory.kind",
        _is("memory.kind", "nats"),
        'set `memory.kind = "nats"`',
    ),
)
