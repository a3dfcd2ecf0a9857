"""`voiceagent pack` as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.packs import DRINKS, folder
from voiceagent.cli.pack import app
from voiceagent.errors import CheckFailed, PackError, StoreError

pytestmark = pytest.mark.unit

RUN = CliRunner()


def test_check_says_what_is_wrong_and_fails(tmp_path: Path) -> None:
    pack = folder(tmp_path, intents_yaml=DRINKS.replace("{size}", "{sice}"))
    done = RUN.invoke(app, ["check", str(pack)])
    assert isinstance(done.exception, CheckFailed)
    assert done.exception.exit_code == 1
    assert "intents.yaml:6: error: there is no list `{sice}`" in done.stdout
    assert "did you mean `size`?" in done.stdout


def test_check_of_a_sound_pack_says_so() -> None:
    done = RUN.invoke(app, ["check", "coffee"])
    assert (done.exit_code, done.stdout) == (0, "the pack is sound\n")
    assert RUN.invoke(app, ["check", "coffee", "--json"]).stdout == ""


def test_check_in_json_gives_one_object_an_error(tmp_path: Path) -> None:
    done = RUN.invoke(
        app, ["check", str(folder(tmp_path, intents_yaml=DRINKS)), "--json"]
    )
    (row,) = map(json.loads, done.stdout.splitlines())
    assert (row["kind"], row["line"]) == ("error", 3)


def test_samples_are_repeatable_and_mean_something() -> None:
    words = ["sample", "museum", "--count", "3", "--seed", "4", "--json"]
    first, second = (RUN.invoke(app, words).stdout for _ in "ab")
    rows = [json.loads(line) for line in first.splitlines()]
    assert first == second and len(rows) == 3
    assert all(row["intent"].startswith("museum.") for row in rows)
    done = RUN.invoke(app, ["sample", "museum", "--intent", "museum.tour"])
    assert "museum.tour" in done.stdout


def test_compile_tells_the_size_and_writes_the_network(tmp_path: Path) -> None:
    file = tmp_path / "coffee.fsg"
    done = RUN.invoke(app, ["compile", "coffee", "--output", str(file), "--json"])
    report = json.loads(done.stdout)
    assert report["pack"] == "coffee" and report["perplexity"] > 1
    text = file.read_text()
    assert (
        text.startswith("FSG_BEGIN coffee")
        and text.count("\nTRANSITION") == (report["transitions"])
    )
    assert "perplexity" in RUN.invoke(app, ["compile", "coffee"]).stdout


@pytest.mark.fault
def test_bad_arguments_are_typed_errors(tmp_path: Path) -> None:
    nowhere = str(tmp_path / "no" / "file")
    for words, kind in (
        (["compile", "coffee", "-o", nowhere], StoreError),
        (["compile", nowhere], PackError),
        (["sample", "coffee", "--intent", "ordr"], PackError),
    ):
        assert isinstance(RUN.invoke(app, words).exception, kind)
