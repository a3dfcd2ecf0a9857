"""The museum's kiosk answers from its data files."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.packs import reply, shipped
from voiceagent.authoring.sampler import Sampler
from voiceagent.skills.packs.places import SHIPPED
from voiceagent.templates.yaml_file import read_yaml

pytestmark = pytest.mark.unit

TUESDAY = datetime(2026, 1, 6, 14, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("are you open on mondays", "closed on Mondays"),
        ("excuse me, when do you open on thursday", "to eight in the evening"),
        ("are you open tomorrow", "from ten in the morning to five"),
        ("are you open now", "until five in the afternoon today"),
        ("where's the t rex", "Dinosaur Hall, on the second floor"),
        ("where are the toilets", "ground floor"),
        ("i'm looking for the textile gallery", "first floor"),
        ("how much is a family ticket", "twenty eight pounds"),
        ("when is the next guided tour", "half past three in the afternoon"),
        ("is photography allowed", "without a flash"),
        ("is the museum wheelchair accessible", "lift"),
        ("do you speak japanese", "I am sorry"),
        ("do you speak french", "Yes"),
        ("what's in the map room", "the sea chart and the globe"),
        ("what can i see on the second floor", "Planetarium"),
        ("tell me about the globe", "1650"),
    ],
)
def test_questions_are_answered(text: str, said: str) -> None:
    assert said in reply("museum", text, now=TUESDAY)


@pytest.mark.parametrize("hour", [1, 9, 12, 16, 18, 23])
@pytest.mark.parametrize("day", range(5, 12))
def test_it_knows_at_any_time_whether_it_is_open(day: int, hour: int) -> None:
    now = datetime(2026, 1, day, hour, tzinfo=UTC)
    said = reply("museum", "are you open now", now=now)
    assert ("closed" in said) == (day == 5 or "We closed" in said)
    reply("museum", "when is the next tour", now=now)


@pytest.mark.property
def test_everything_that_can_be_asked_has_an_answer() -> None:
    for sample in Sampler(shipped("museum"), seed=2).draw(400):
        said = reply("museum", sample.text, now=TUESDAY)
        assert len(said.split()) > 2, sample
        assert "{" not in said and "None" not in said


def test_every_exhibit_is_in_a_room_that_exists() -> None:
    lists = read_yaml(SHIPPED / "museum" / "lists.yaml").data
    rooms = {value["out"] for value in lists["room"]["values"]}
    for exhibit in lists["exhibit"]["values"]:
        assert exhibit["metadata"]["room"] in rooms


@pytest.mark.fault
def test_a_broken_data_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    from voiceagent.errors import PackError
    from voiceagent.skills.host import SkillHost
    from voiceagent.skills.house.house import LocalHouse
    from voiceagent.skills.packs.pack import load_pack
    from voiceagent.store import Store

    copy = tmp_path / "museum"
    shutil.copytree(SHIPPED / "museum", copy)
    (copy / "museum.toml").write_text("name = ")
    pack, store = load_pack(copy), Store()
    with pytest.raises(PackError, match="museum.toml"):
        pack.open(SkillHost(store, LocalHouse(pack.house, store)))
    store.close()
