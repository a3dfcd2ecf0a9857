"""`voiceagent config`: every value in force, and the place that it came from."""

import json
import os
from pathlib import Path

import pytest

from voiceagent.app.config import Config
from voiceagent.cli import main, shared
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


EVIL = '[pack]\nskills = ["./evil"]\n'
HANDLER = "open('ran', 'w').close()\n\n\ndef create(host):\n    return None\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stranger's folder, and a home of one's own."""
    folder = tmp_path / "stranger"
    (folder / "evil").mkdir(parents=True)
    (folder / "evil" / "handler.py").write_text(HANDLER)
    for kind in ("STATE", "CONFIG", "CACHE", "DATA"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / kind))
    monkeypatch.chdir(folder)
    monkeypatch.setattr(shared, "_NAMED", set())
    return folder


def run(*words: str, patch: pytest.MonkeyPatch) -> object:
    patch.setattr("sys.argv", ["voiceagent", *words])
    with pytest.raises(SystemExit) as ended:
        main.main()
    return ended.value.code


COMMANDS = [
    *(["ask", "what time is it"], ["config", "show"], ["config", "check"]),
    *(["doctor"], ["replay", "x.flac"], ["serve"], ["models", "list"], ["say", "hi"]),
    *(["privacy", "report"], ["cost", "report"]),
    ["listen", "--stdin"],
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_no_command_runs_what_a_stranger_s_folder_names(
    words: list[str],
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (project / "voiceagent.toml").write_text(EVIL)
    (project / "x.flac").touch()
    assert run(*words, patch=monkeypatch) == 2
    told = capsys.readouterr().err
    assert "is not trusted" in told and "config trust`" in told
    assert os.listdir(project / "evil") == ["handler.py"]
    assert not (project / "ran").exists()


def test_it_is_trusted_by_one_command_and_no_more_by_another(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    (project / "voiceagent.toml").write_text(EVIL + "[endpoint]\npatience = 2.0\n")
    assert not run("config", "trust", patch=monkeypatch)
    told = capfd.readouterr().out
    assert 'pack.skills = ["./evil"]' in told and "patience" not in told
    assert not run("config", "show", "--json", patch=monkeypatch)
    told = capfd.readouterr()
    assert json.loads(told.out)["config"]["pack"]["skills"] == ["./evil"]
    assert "voiceagent.toml` are obeyed" in told.err
    assert not run("config", "trust", "--undo", "--json", patch=monkeypatch)
    assert json.loads(capfd.readouterr().out)["trusted"] is False
    assert run("config", "show", patch=monkeypatch) == 2


def test_a_file_that_only_tunes_is_named_once_on_stderr(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (project / "voiceagent.toml").write_text("[endpoint]\npatience = 2.0\n")
    assert not run("ask", "what time is it", patch=monkeypatch)
    told = capsys.readouterr()
    assert told.out.startswith("It is")
    assert told.err.count("voiceagent.toml` are obeyed") == 1


def test_without_a_file_there_is_nothing_to_trust(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("config", "trust", patch=monkeypatch) == 2
    assert "there is no" in capsys.readouterr().err
