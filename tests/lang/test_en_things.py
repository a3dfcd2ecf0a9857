"""English: every word of the tables of things does what its table is for."""

from __future__ import annotations

import pytest

from tests.lang.tables import Check, failing
from voiceagent.skills.lists.things import (
    core,
    found_in,
    is_doubtful,
    is_task_list,
    same,
    things,
)

pytestmark = pytest.mark.unit

CHECKS: dict[str, Check] = {
    "things.before": lambda word: things(f"{word} soap") == ["soap"],
    "things.behind": lambda word: things(f"soap {word}") == ["soap"],
    "things.few": lambda words: core(f"{words} candles") == "candles",
    "things.measures": lambda word: core(f"two {word} of soap") == "soap",
    "things.particles": lambda word: found_in(f"{word} the soap", ["soap"]) == ["soap"],
    "things.joints": lambda word: things(f"soap {word} glue") == ["soap", "glue"],
    "things.whole": lambda name: things(f"{name} and glue") == [name, "glue"],
    "things.doubtful": lambda word: is_doubtful(f"{word} soap"),
    "things.tasks": lambda word: is_task_list(f"my {word} list"),
    "things.many": lambda end: same("two pebbl" + end, "pebbl"),
    "things.known": lambda name: (
        things(f"{name} milk {name} eggs")
        == list(dict.fromkeys([name, "milk", "eggs"]))
    ),
}


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_every_entry_does_what_its_table_is_for(name: str) -> None:
    assert failing(name, CHECKS[name]) == []
