"""What a run was made with, for reports: configuration, engines and models by hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, distribution

import msgspec

from voiceagent.app.choices import chosen
from voiceagent.app.config import Config
from voiceagent.engines.registry import (
    EngineSpec,
    EngineStage,
    engines_of,
    find_engine,
)
from voiceagent.nlu.models.model_folder import Model, every_model
from voiceagent.trace.machine import installed

__all__ = ["provenance"]

DIGITS = 12
"""Of a hash: enough to tell two apart."""


def provenance(config: Config) -> dict[str, str]:
    """Lines for the foot of a report; no value of the configuration is among them."""
    specs = [*_with_parts(chosen(config)), *_second(config)]
    return {
        "configuration": _configuration(config),
        "engines": "; ".join(dict.fromkeys(map(_engine, specs))),
        "models": "; ".join(f"{one.name} {one.version}" for one in _models()),
    }


def _configuration(config: Config) -> str:
    """Its hash, and the keys that differ from the defaults."""
    told, usual = msgspec.to_builtins(config), msgspec.to_builtins(Config())
    changed = [
        f"{section}.{key}"
        for section, values in told.items()
        for key, value in values.items()
        if value != usual[section][key]
    ]
    digest = _digest(msgspec.json.encode(told, order="deterministic"))
    names = ", ".join(changed) if changed else "the defaults"
    return f"{names} ({digest})"


def _with_parts(specs: Iterable[EngineSpec]) -> Iterator[EngineSpec]:
    for spec in specs:
        yield spec
        parts = (find_engine(spec.stage, name) for name in spec.parts)
        yield from (part for part in parts if part is not None)


def _second(config: Config) -> Iterator[EngineSpec]:
    """The second recogniser, where it is taken if it is there."""
    if config.stt.second == "auto":
        found = engines_of(EngineStage.SECOND)
        yield from (spec for spec in found if installed(spec.package))


def _engine(spec: EngineSpec) -> str:
    """The package with its version, and one hash for all the files that it brought."""
    try:
        found = distribution(spec.package)
    except PackageNotFoundError:
        return spec.package
    files = found.files or []
    hashes = sorted(f"{one} {one.hash.value}" for one in files if one.hash is not None)
    digest = _digest("\n".join(hashes).encode())
    return f"{spec.package} {found.version} ({digest})"


def _models() -> Iterator[Model]:
    """What comes along or was added; broken ones are told by `models list`."""
    yield from (one for one in every_model() if isinstance(one, Model))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:DIGITS]
