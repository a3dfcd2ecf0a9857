"""From a choice to a model at work: what counts, what is verified, what is said."""

from pathlib import Path

import pytest
from model_folders import model_folder

from voiceagent.engines.fake import ScriptedSlm
from voiceagent.errors import EngineFailed, ModelError, ModelMissing, ModelUnfit
from voiceagent.nlu.config import SlmConfig
from voiceagent.nlu.decision import Thresholds
from voiceagent.nlu.models.library import DEFAULT, UNFIT, WARM_UP, Library
from voiceagent.nlu.models.model_folder import Model, user_folder
from voiceagent.nlu.models.shelf import ModelChoice
from voiceagent.nlu.slm.protocol import Guess, Slm

pytestmark = pytest.mark.unit
LIMITS = Thresholds(act=0.8, ask=0.4)


@pytest.fixture(autouse=True)
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user without models, and nothing shipped."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr(
        "voiceagent.nlu.models.model_folder.shipped_folder", lambda: tmp_path / "none"
    )
    return user_folder()


def open_scripted(model: Model) -> Slm:
    return ScriptedSlm(name=model.name, version=model.version)


def library(config: SlmConfig | None = None) -> Library:
    return Library(config or SlmConfig(), open_scripted, lambda model: LIMITS)


def test_the_configuration_stands_before_the_choice_before_the_default() -> None:
    assert library().wanted() == DEFAULT
    ModelChoice().write("chosen")
    assert library().wanted() == "chosen"
    assert library(SlmConfig(model="named")).wanted() == "named"


def test_a_choice_is_not_watched_where_the_configuration_names_a_model() -> None:
    free, bound = library(), library(SlmConfig(model="named"))
    before = free.stamp(), bound.stamp()
    ModelChoice().write("chosen")
    assert free.stamp() != before[0] and bound.stamp() == before[1]


def test_a_model_is_verified_warmed_and_knows_its_limits(shelf: Path) -> None:
    model_folder(shelf, "toy")
    shop = library()
    slm = shop.load("toy")
    assert isinstance(slm, ScriptedSlm) and slm.asked == list(WARM_UP)
    assert shop.limits(slm) == LIMITS
    shop.release(slm)
    assert slm.closed
    assert shop.load("none") is None


@pytest.mark.fault
def test_a_changed_file_is_never_opened(shelf: Path) -> None:
    (model_folder(shelf, "toy") / "model.gguf").write_bytes(b"other")
    opened: list[Model] = []

    def note(model: Model) -> Slm:
        opened.append(model)
        return open_scripted(model)

    with pytest.raises(ModelError, match="not what its card says"):
        Library(SlmConfig(), note, lambda model: LIMITS).load("toy")
    assert opened == []


@pytest.mark.fault
@pytest.mark.parametrize(
    "answer", [EngineFailed("broken"), Guess(None, probability=float("nan"))]
)
def test_a_model_that_does_not_work_is_closed_again(
    shelf: Path, answer: Guess | Exception
) -> None:
    model_folder(shelf, "toy")
    made: list[ScriptedSlm] = []

    def bad(model: Model) -> Slm:
        made.append(ScriptedSlm({WARM_UP[1]: answer}))
        return made[-1]

    shop = Library(SlmConfig(), bad, lambda model: LIMITS)
    with pytest.raises((EngineFailed, ModelError)):
        shop.load("toy")
    assert made[0].closed


def test_the_first_model_is_loaded_once_and_its_absence_announced_once() -> None:
    shop = library()
    slm, notice = shop.first()
    assert slm is None and notice is not None
    assert "templates alone" in notice.why and notice.hint
    assert shop.first() == (slm, notice)
    with pytest.raises(ModelMissing):
        shop.load(DEFAULT)


def test_a_model_for_another_pack_is_told_apart_from_a_broken_one(shelf: Path) -> None:
    def unfit(model: Model) -> Slm:
        raise ModelUnfit("made for another pack", hint="train one")

    model_folder(shelf, DEFAULT)
    _, notice = Library(SlmConfig(), unfit, lambda model: LIMITS).first()
    assert notice is not None and notice.what == UNFIT and notice.hint == "train one"


def test_the_first_model_is_shared_until_it_is_released(shelf: Path) -> None:
    model_folder(shelf, DEFAULT)
    shop = library()
    slm, notice = shop.first()
    assert slm is not None and notice is None and shop.first()[0] is slm
    shop.release(slm)
    assert shop.first()[0] is not slm
    shop.close()
