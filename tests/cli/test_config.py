"""`voiceagent config`: every value in force, and the place that it came from."""

import json
from pathlib import Path

import pytest

from voiceagent.app.config import Config
from voiceagent.cli.config import show

pytestmark = pytest.mark.unit


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with one value; another one stands in the environment."""
    monkeypatch.setenv("VOICEAGENT_BUDGET__RESERVE_MS", "50")
    path = tmp_path / "own.toml"
    path.write_text("[endpoint]\npatience = 1.5\n")
    return path


def test_every_value_is_shown_with_its_place(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    show(config=file)
    lines = capsys.readouterr().out.splitlines()
    assert f"patience = 1.5  # {file}" in lines
    assert "reserve_ms = 50.0  # environment" in lines
    shown = sum("  # " in line for line in lines)
    sections = (getattr(Config(), name) for name in Config.__struct_fields__)
    assert shown == sum(len(section.__struct_fields__) for section in sections)
    assert sum(line.endswith("  # default") for line in lines) == shown - 2


def test_the_same_as_json(
    file: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    show(config=file, json=True)
    told = json.loads(capfdbinary.readouterr().out)
    assert told["sources"] == {
        "endpoint.patience": str(file),
        "budget.reserve_ms": "environment",
    }
    assert told["config"]["endpoint"]["patience"] == 1.5
