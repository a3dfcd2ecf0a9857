"""What the registry says of engines is so."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from voiceagent.engines.registry import (
    ENGINES,
    LIBRARIES,
    EngineSpec,
    EngineStage,
    find_engine,
    imported,
    install_of,
    packages_of,
    table,
)
from voiceagent.errors import ConfigError

pytestmark = pytest.mark.unit
ROOT = Path(__file__).resolve().parents[2]
EXTRAS: dict[str, list[str]] = tomllib.loads((ROOT / "pyproject.toml").read_text())[
    "project"
]["optional-dependencies"]


def names(spec: EngineSpec) -> str:
    return f"{spec.stage} {spec.name}"


@pytest.mark.parametrize("spec", ENGINES, ids=names)
def test_whatever_makes_an_engine_is_there(spec: EngineSpec) -> None:
    assert callable(spec.load())
    if spec.doubt:
        assert callable(imported(spec.doubt))


@pytest.mark.parametrize("spec", ENGINES, ids=names)
def test_the_extra_installs_the_package(spec: EngineSpec) -> None:
    if not spec.extra:
        assert spec.install
        return
    lines = EXTRAS[spec.extra]
    installed = {re.split(r"[\s<>=\[;]", line)[0] for line in lines}
    assert set(packages_of(spec)) <= installed
    assert spec.install_line == f"pip install 'voiceagent[{spec.extra}]'"


@pytest.mark.parametrize("line", LIBRARIES, ids=lambda line: str(line[0]))
def test_the_libraries_stand_in_their_extra(line: tuple[str, str, str, str]) -> None:
    assert any(wanted.startswith(line[0]) for wanted in EXTRAS[line[3]])


def test_a_name_means_one_engine_of_its_stage() -> None:
    pairs = [(spec.stage, spec.name) for spec in ENGINES]
    assert len(set(pairs)) == len(pairs)
    for spec in ENGINES:
        assert find_engine(spec.stage, spec.name) is spec
        assert all(find_engine(spec.stage, part) for part in spec.parts)


def test_every_stage_has_an_engine() -> None:
    assert {spec.stage for spec in ENGINES} == set(EngineStage)


def test_an_engine_that_is_not_there_has_no_line() -> None:
    with pytest.raises(ConfigError, match="siri"):
        install_of(EngineStage.STT, "siri")


def test_the_page_of_engines_is_up_to_date() -> None:
    page = (ROOT / "docs" / "engines.md").read_text(encoding="utf-8")
    assert table() in page, "run `scripts/make_engine_table.py`"
