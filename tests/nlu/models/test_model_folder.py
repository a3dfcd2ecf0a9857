"""Model folders: what is on the shelf, whether it is intact, who stands first."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from model_folders import gguf, model_folder

from voiceagent.errors import ModelError, ModelMissing
from voiceagent.nlu.models import packages
from voiceagent.nlu.models.model_folder import (
    Model,
    ModelState,
    check_files,
    every_model,
    find_model,
    insist,
    model_at,
    plain_name,
    read_model,
    shipped_folder,
    state,
    user_folder,
)
from voiceagent.nlu.models.shelf import ModelChoice, add_file, add_folder

pytestmark = pytest.mark.unit
SAME_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(autouse=True)
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user without models, and without packages that bring some."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr(packages, "PACKAGED", {})
    return user_folder()


def test_the_shelf_is_where_the_environment_says(shelf: Path, tmp_path: Path) -> None:
    assert shelf == tmp_path / "data" / "voiceagent" / "models"
    home = user_folder({"HOME": "/home/x"})
    assert home == Path("/home/x/.local/share/voiceagent/models")


def test_a_sound_folder_is_ok_and_says_what_it_is(tmp_path: Path) -> None:
    model = read_model(model_folder(tmp_path))
    assert (model.name, state(model)) == ("toy", ModelState.OK)
    assert model.version.startswith("1 ") and len(model.version) == 14
    assert model.size == len(b"weights")
    insist(model)


@pytest.mark.fault
@SAME_FOLDER
@given(st.data())
def test_any_flipped_or_missing_byte_is_found(
    tmp_path: Path, data: st.DataObject
) -> None:
    folder = tmp_path / "m"
    files = {"model.gguf": b"0123456789" * 20, "heads.npz": b"abc" * 30}
    if not folder.exists():
        model_folder(tmp_path, "m", files=files)
    name = data.draw(st.sampled_from(sorted(files)))
    at = data.draw(st.integers(0, len(files[name]) - 1))
    changed = bytearray(files[name])
    if data.draw(st.booleans()):
        changed[at] ^= data.draw(st.integers(1, 255))
    else:
        changed = changed[:at]
    (folder / name).write_bytes(changed)
    model = read_model(folder)
    found = check_files(model)
    (folder / name).write_bytes(files[name])
    assert found[name] is ModelState.CHANGED
    assert state(model) is ModelState.OK


@pytest.mark.fault
def test_what_is_missing_or_foreign_is_named(tmp_path: Path) -> None:
    folder = model_folder(tmp_path, files={"model.gguf": b"x", "heads.npz": b"y"})
    (folder / "curve.json").write_text("{}")
    (folder / ".hidden").write_text("an editor's")
    model = read_model(folder)
    assert check_files(model)["curve.json"] is ModelState.CHANGED
    (folder / "heads.npz").unlink()
    assert state(model) is ModelState.MISSING
    with pytest.raises(ModelError, match="not what its card says") as caught:
        insist(model)
    assert "`heads.npz` missing" in caught.value.cause
    assert ".hidden" not in caught.value.cause


@pytest.mark.fault
@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('name = "toy"', 'name = "../toy"', "name"),
        ('file = "model.gguf"', 'file = "../secret"', "no file of this folder"),
        ('file = "model.gguf"', 'file = "/etc/passwd"', "no file of this folder"),
        ('file = "model.gguf"', 'file = "other.gguf"', "no entry"),
        ('kind = "intent-encoder"', 'kind = "oracle"', "kind"),
        ("[sha256]", "[sha256", "Expected"),
        ('licence = "Apache-2.0"\n', "", "licence"),
        ('source = "a test"', "colour = 3", "colour"),
    ],
)
def test_a_card_that_is_wrong_is_refused_with_its_reason(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    card = model_folder(tmp_path) / "model.toml"
    card.write_text(card.read_text().replace(old, new))
    with pytest.raises(ModelError) as caught:
        read_model(card.parent)
    assert words in str(caught.value) and caught.value.hint


@pytest.mark.fault
@given(st.binary(max_size=200))
@SAME_FOLDER
def test_any_bytes_as_a_card_give_a_typed_error(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "model.toml").write_bytes(data)
    with pytest.raises(ModelError):
        read_model(tmp_path)


def test_the_users_model_stands_before_the_shipped_one(
    shelf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = tmp_path / "shipped"
    monkeypatch.setattr(
        "voiceagent.nlu.models.model_folder.shipped_folder", lambda: shipped
    )
    model_folder(shipped, "a")
    model_folder(shipped, "b")
    model_folder(shelf, "b", files={"model.gguf": b"mine"})
    (shelf / ".partial").mkdir()
    (shelf / "empty").mkdir()
    found = {m.name: m.origin for m in every_model() if isinstance(m, Model)}
    assert found == {"a": "shipped", "b": "user"}
    assert find_model("b").origin == "user"
    assert find_model(str(shipped / "b")).origin == "path"
    with pytest.raises(ModelMissing, match="no model `c`") as caught:
        find_model("c")
    assert "a" in caught.value.hint and "b" in caught.value.hint


def test_a_broken_card_does_not_hide_the_others(shelf: Path) -> None:
    model_folder(shelf, "good")
    (model_folder(shelf, "bad") / "model.toml").write_text("name = 3")
    found = list(every_model())
    assert any(isinstance(one, ModelError) for one in found)
    assert any(isinstance(one, Model) and one.name == "good" for one in found)


def test_what_ships_is_intact() -> None:
    folder = shipped_folder()
    assert (folder / "README.md").is_file()
    for card in folder.glob("*/model.toml"):
        model = read_model(card.parent, "shipped")
        assert model.name == card.parent.name
        assert state(model) is ModelState.OK, check_files(model)
        assert (card.parent / "README.md").is_file(), "a shipped model has a card"


def test_adding_a_file_notes_hash_licence_and_day(shelf: Path, tmp_path: Path) -> None:
    file = gguf(tmp_path / "My Model (v2).gguf", licence="mit")
    added = add_file(file, kind="instruct", licence="MIT")
    assert added.name == "My-Model--v2" and added.origin == "user"
    assert added.card.accepted and added.card.licence == "MIT"
    assert state(added) is ModelState.OK
    assert find_model(added.name).path.read_bytes() == file.read_bytes()
    with pytest.raises(ModelError, match="already"):
        add_file(file, kind="instruct", licence="MIT")
    linked = add_file(file, kind="instruct", licence="MIT", name="linked", link=True)
    assert linked.path.is_symlink() and state(linked) is ModelState.OK
    assert not [p for p in shelf.iterdir() if p.name.startswith(".")]


def test_adding_a_folder_keeps_its_files_and_refuses_a_changed_one(
    shelf: Path, tmp_path: Path
) -> None:
    folder = model_folder(tmp_path, files={"model.gguf": b"x", "heads.npz": b"y"})
    added = add_folder(folder, licence="")
    assert added.card.licence == "Apache-2.0" and state(added) is ModelState.OK
    assert (added.folder / "README.md").is_file()
    other = model_folder(tmp_path, "other")
    (other / "model.gguf").write_bytes(b"changed")
    with pytest.raises(ModelError, match="not what its card says"):
        add_folder(other, licence="")
    assert not (shelf / "other").exists()


@pytest.mark.fault
def test_a_shelf_that_cannot_be_written_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    with pytest.raises(ModelError) as caught:
        add_file(gguf(tmp_path / "m.gguf"), kind="instruct", licence="MIT")
    assert caught.value.cause and caught.value.hint
    with pytest.raises(ModelError):
        ModelChoice().write("m")


@given(st.text(max_size=100))
def test_any_text_becomes_a_name_a_folder_may_have(text: str) -> None:
    name = plain_name(text)
    assert name and "/" not in name and name[0] not in ".-_" and name != "none"
    assert len(name) <= 64 and name.isascii()


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=60))
@SAME_FOLDER
def test_any_licence_text_survives_the_card(tmp_path: Path, licence: str) -> None:
    name = f"m{abs(hash(licence))}"
    if (user_folder() / name).exists():
        return
    file = gguf(tmp_path / "m.gguf")
    added = add_file(file, kind="instruct", licence=licence, name=name)
    assert added.card.licence == licence.replace("\x7f", " ")


@pytest.mark.fault
def test_a_bare_file_is_looked_at_before_it_is_believed(tmp_path: Path) -> None:
    good = model_at(gguf(tmp_path / "chat.gguf", licence="mit"))
    assert (good.card.kind, good.card.licence) == ("instruct", "mit")
    assert good.origin == "file" and state(good) is ModelState.OK
    with pytest.raises(ModelError, match="reads and cannot answer"):
        model_at(gguf(tmp_path / "bert.gguf", "bert"))
    (tmp_path / "no.gguf").write_bytes(b"not a model at all")
    with pytest.raises(ModelError):
        model_at(tmp_path / "no.gguf")
    with pytest.raises(ModelMissing):
        model_at(tmp_path / "nowhere.gguf")


def test_the_choice_is_one_line_and_its_stamp_moves(shelf: Path) -> None:
    choice = ModelChoice()
    assert choice.read() == "" and choice.stamp() == (0, 0)
    choice.write("a")
    before = choice.stamp()
    assert choice.read() == "a"
    choice.write("b")
    assert choice.read() == "b" and choice.stamp() != before
    assert [p.name for p in shelf.iterdir()] == ["current"]


def cli(*words: str, home: Path) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "NO_COLOR": "1", "COLUMNS": "200", "HOME": str(home)}
    environ |= {"XDG_DATA_HOME": str(home / "data"), "XDG_CONFIG_HOME": str(home)}
    command = [sys.executable, "-m", "voiceagent", "models", *words]
    code = (
        "import sys; from voiceagent.cli.main import main; sys.argv[0] = 'va'; main()"
    )
    command = [sys.executable, "-c", code, "models", *words]
    return subprocess.run(command, capture_output=True, text=True, env=environ)


@pytest.mark.cli
def test_the_command_line_adds_chooses_lists_and_verifies(tmp_path: Path) -> None:
    file = gguf(tmp_path / "chat.gguf", licence="mit")
    asked = cli("add", str(file), home=tmp_path)
    assert asked.returncode == 2 and "--licence" in asked.stderr
    added = cli("add", str(file), "--yes", home=tmp_path)
    assert added.returncode == 0, added.stderr
    refused = cli("use", "chat", home=tmp_path)
    assert refused.returncode != 0 and "hint:" in refused.stderr, "it cannot be loaded"
    assert ModelChoice().read() == "" and "Traceback" not in refused.stderr
    none = cli("use", "none", "--json", home=tmp_path)
    assert json.loads(none.stdout)["used"] == "none" == ModelChoice().read()
    ModelChoice().write("chat")
    rows = [
        json.loads(x)
        for x in cli("list", "--json", home=tmp_path).stdout.split("\n")
        if x
    ]
    (row,) = [row for row in rows if row["name"] == "chat"]
    assert row["in_use"] and row["state"] == "ok" and row["licence"] == "mit"
    assert row["kind"] == "instruct" and row["size"] == file.stat().st_size
    shown = cli("list", home=tmp_path).stdout
    assert "chat" in shown and "mit" in shown and "*" in shown
    (user_folder() / "chat" / "model.gguf").write_bytes(b"broken")
    failed = cli("verify", "chat", home=tmp_path)
    assert failed.returncode == 1 and "changed" in failed.stdout
    assert "Traceback" not in failed.stderr


@pytest.mark.cli
@pytest.mark.fault
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("use", "nothing"), 2),  # a name that nobody has
        (("add", "nowhere.gguf"), 3),
        (("verify", "nothing"), 2),
    ],
)
def test_what_is_not_there_is_said(
    tmp_path: Path, words: tuple[str, ...], code: int
) -> None:
    done = cli(*words, home=tmp_path)
    assert done.returncode == code, done.stderr
    assert "hint:" in done.stderr and "Traceback" not in done.stderr
