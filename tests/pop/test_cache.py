"""The cache: what is kept, for whom and how long; one call however many ask."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from voiceagent.clock import run
from voiceagent.errors import LinkDown, VoiceAgentError
from voiceagent.nlu.intent import Intent
from voiceagent.pop.cache import AnswerCache, AnswerState, MadeAnswer, ServedAnswer
from voiceagent.pop.keys import (
    AnswerKey,
    AnswerVersions,
    Cacheable,
    exact_key,
    meaning_key,
)
from voiceagent.pop.shelf import SqliteShelf

pytestmark = pytest.mark.unit
RULE = Cacheable(max_age=60.0, stale=30.0)


class Date:
    """A clock that anybody may set."""

    def __init__(self) -> None:
        self.now = 1e9

    def __call__(self) -> float:
        return self.now


def key(words: str = "when", tenant: str = "t", user: str = "u") -> AnswerKey:
    made = exact_key(
        words, tenant=tenant, user=user, locale="en", versions=AnswerVersions()
    )
    assert made is not None
    return made


def meant(name: str = "a", tenant: str = "t") -> AnswerKey:
    made = meaning_key(
        Intent(name),
        {name: RULE},
        tenant=tenant,
        locale="en",
        versions=AnswerVersions(),
    )
    assert made is not None
    return made


class Asked:
    """Whoever is asked, and how often."""

    def __init__(self, text: str = "at nine", **how: bool) -> None:
        self.answer, self.times, self.error = MadeAnswer(text=text, **how), 0, False

    async def __call__(self) -> MadeAnswer:
        self.times += 1
        await asyncio.sleep(0.1)
        if self.error:
            raise LinkDown("it is gone")
        return self.answer


def asked(cache: AnswerCache, at: AnswerKey | None, make: Asked) -> ServedAnswer:
    return run(cache.answer(at, RULE, make), virtual=True)


def test_an_answer_is_new_then_known_then_old_then_gone() -> None:
    date, make = Date(), Asked()
    cache = AnswerCache(clock=date)
    assert asked(cache, key(), make).state is AnswerState.MISS
    date.now += 59
    found = asked(cache, key(), make)
    assert (found.state, found.age, found.text) == (AnswerState.HIT, 59, "at nine")
    date.now += 2
    make.error = True
    old = asked(cache, key(), make)
    assert (old.state, old.age) == (AnswerState.STALE, 61) and make.times == 2
    date.now += 30
    with pytest.raises(VoiceAgentError):
        asked(cache, key(), make)
    assert len(cache) == 0 and cache.weight == 0


@pytest.mark.parametrize("back", [1.0, 1e8])
def test_a_clock_that_was_set_back_makes_nothing_young(back: float) -> None:
    date, make = Date(), Asked()
    cache = AnswerCache(clock=date)
    asked(cache, key(), make)
    date.now -= back
    assert cache.look(key()) is None and len(cache) == 0


@pytest.mark.parametrize(
    "how",
    [{"complete": False}, {"personal": True}, {"effect": True}, {"device_state": True}]
    + [{"text": ""}, {"text": "x" * 70_000}, {"text": "cut \ud83d"}],
)
def test_what_is_not_for_everybody_is_never_kept(how: dict[str, bool]) -> None:
    cache, make = AnswerCache(), Asked(**{"text": "x", **how})  # type: ignore[arg-type]
    for _ in range(2):
        assert asked(cache, key(), make).state is AnswerState.MISS
    assert len(cache) == 0 and make.times == 2


def test_that_there_is_no_answer_is_believed_for_seconds() -> None:
    date, make = Date(), Asked("I do not know", found=False)
    cache = AnswerCache(clock=date)
    asked(cache, key(), make)
    date.now += 4
    assert not asked(cache, key(), make).found and make.times == 1
    date.now += 2
    asked(cache, key(), make)
    assert make.times == 2


def test_fifty_who_ask_at_once_are_one_call() -> None:
    async def main(error: bool) -> set[type]:
        cache, make = AnswerCache(), Asked()
        make.error = error
        many = [cache.answer(key(), RULE, make) for _ in range(50)]
        found = await asyncio.gather(*many, return_exceptions=True)
        assert make.times == 1
        return {type(one) for one in found}

    assert run(main(False), virtual=True) == {ServedAnswer}
    assert run(main(True), virtual=True) == {LinkDown}


def test_who_leaves_takes_it_from_nobody_and_the_last_one_ends_it() -> None:
    async def main() -> None:
        cache, make = AnswerCache(), Asked()
        first = asyncio.create_task(cache.answer(key(), RULE, make))
        second = asyncio.create_task(cache.answer(key(), RULE, make))
        await asyncio.sleep(0.05)
        first.cancel()
        assert (await second).text == "at nine" and make.times == 1
        alone = asyncio.create_task(cache.answer(key("other"), RULE, make))
        await asyncio.sleep(0.05)
        alone.cancel()
        await asyncio.gather(first, alone, return_exceptions=True)
        await asyncio.sleep(1.0)
        assert cache.look(key("other")) is None and len(cache._flights) == 0

    run(main(), virtual=True)


def test_a_purge_forgets_what_is_being_made_too() -> None:
    async def main() -> None:
        cache, make = AnswerCache(), Asked()
        flying = asyncio.create_task(cache.answer(meant(), RULE, make))
        await asyncio.sleep(0.05)
        assert cache.purge(intent="a") == 0
        await flying
        assert len(cache) == 0
        await cache.answer(meant(), RULE, make)
        assert cache.purge(intent="a", dry_run=True) == 1 == len(cache)
        assert cache.purge(intent="b") == 0 and cache.purge(tenant="other") == 0
        assert cache.purge(intent="a", tenant="t") == 1 and len(cache) == 0

    run(main(), virtual=True)


def test_ten_thousand_requests_of_twenty_tenants_are_never_mixed() -> None:
    draw, cache = random.Random(9), AnswerCache(most=500)
    hits = 0
    for _ in range(10_000):
        tenant, user = f"t{draw.randrange(20)}", f"u{draw.randrange(4)}"
        words = draw.choice(("when", "where", "who", f"x{draw.randrange(30)}"))
        shared = draw.random() < 0.3
        at = meant(words, tenant) if shared else key(words, tenant, user)
        own = f"{tenant} {'' if shared else user} {words}"
        found = cache.look(at)
        if found is None:
            cache.put(at, MadeAnswer(text=own), RULE)
        else:
            hits += 1
            assert found.text == own
    assert hits > 1000 and len(cache) <= 500


def test_a_digest_of_somebody_else_opens_nothing() -> None:
    cache = AnswerCache()
    cache.put(key(), MadeAnswer(text="mine"), RULE)
    forged = AnswerKey(key().kind, "other", "u", key().digest)
    assert cache.look(forged) is None and cache.look(key()) is not None


def test_a_flood_of_questions_is_bounded() -> None:
    cache = AnswerCache(most=1000, most_bytes=50_000)
    for number in range(6_000):
        cache.put(key(f"question {number}"), MadeAnswer(text="x" * 40), RULE)
    assert len(cache) <= 1000 and cache.weight <= 50_000
    assert cache.weight == sum(entry.weight for entry in cache.entries())
    assert cache.look(key("question 5999")) and not cache.look(key("question 0"))


def filled(path: Path, date: Date, most: int = 20) -> None:
    shelf = SqliteShelf(path)
    cache = AnswerCache(shelf, clock=date)
    for number in range(most):
        cache.put(key(f"q{number}"), MadeAnswer(text=f"a{number}"), RULE)
    cache.put(meant(), MadeAnswer(text="shared", documents=("hours.md", "b.md")), RULE)
    shelf.close()


def test_a_restart_knows_what_was_known(tmp_path: Path) -> None:
    date, path = Date(), tmp_path / "pop.sqlite"
    filled(path, date)
    date.now += 50
    cache = AnswerCache(SqliteShelf(path), clock=date)
    found = cache.look(key("q7"))
    assert found and (found.text, found.age) == ("a7", 50) and len(cache) == 21
    date.now += 41
    assert len(AnswerCache(SqliteShelf(path), clock=date)) == 0
    date.now -= 1e6
    assert len(AnswerCache(SqliteShelf(path), clock=date)) == 0


def test_what_is_purged_does_not_come_back(tmp_path: Path) -> None:
    date, path = Date(), tmp_path / "pop.sqlite"
    filled(path, date)
    shelf = SqliteShelf(path)
    small = AnswerCache(shelf, most=5, clock=date)
    assert small.purge(document="hours.md") == 1
    assert small.purge(user="u") == 4, "others of them lie in the file alone"
    small.put(key("new"), MadeAnswer(text="new"), RULE)
    shelf.close()
    again = AnswerCache(SqliteShelf(path), clock=date)
    assert [entry.text for entry in again.entries()] == ["new"]


def test_the_file_does_not_grow(tmp_path: Path) -> None:
    shelf = SqliteShelf(tmp_path / "pop.sqlite", most=50)
    cache = AnswerCache(shelf, most=50)
    for number in range(400):
        cache.put(key(f"q{number}"), MadeAnswer(text="x"), RULE)
    shelf.close()
    with closing(sqlite3.connect(tmp_path / "pop.sqlite")) as db:
        assert db.execute("SELECT COUNT(*) FROM answers").fetchone()[0] <= 55


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def foreign(path: Path) -> None:
    path.write_bytes(b"%PDF-1.7 somebody else's" * 100)


def newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 99")


def wrong_rows(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE answers SET documents = 'x' WHERE rowid = 1")
        db.execute("UPDATE answers SET digest = X'00' WHERE rowid = 2")
        db.execute("UPDATE answers SET made = 'soon' WHERE rowid = 3")
        db.execute("UPDATE answers SET max_age = 9e999 WHERE rowid = 4")
        db.commit()


@pytest.mark.parametrize("damage", [truncated, foreign, newer, wrong_rows])
def test_a_file_that_is_none_of_ours_is_in_nobodys_way(
    damage: Callable[[Path], None], tmp_path: Path
) -> None:
    date, path = Date(), tmp_path / "pop.sqlite"
    filled(path, date)
    damage(path)
    shelf = SqliteShelf(path)
    cache = AnswerCache(shelf, clock=date)
    for entry in cache.entries():
        assert entry.text.startswith(("a", "shared"))
    cache.put(key("new"), MadeAnswer(text="new"), RULE)
    assert cache.look(key("new"))
    shelf.flush()
    shelf.close()
    if damage is not wrong_rows:
        assert shelf.troubles(), "it is said"


def test_a_folder_that_cannot_be_written_is_in_nobodys_way(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    shelf = SqliteShelf(tmp_path / "file" / "pop.sqlite")
    cache = AnswerCache(shelf)
    cache.put(key(), MadeAnswer(text="x"), RULE)
    shelf.close()
    assert cache.look(key()) and shelf.troubles()
