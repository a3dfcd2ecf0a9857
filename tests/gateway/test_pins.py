"""Pins: first sight holds, everything else waits until somebody has looked."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from upstream_tools import upstream_tool

from voiceagent.errors import StoreError
from voiceagent.gateway import pin_judge
from voiceagent.gateway.pins import PinBook, PinState, SeenTool
from voiceagent.gateway.tool import UpstreamTool, tool_of

pytestmark = pytest.mark.property

NAMES = st.lists(st.sampled_from("abcdefg"), unique=True, min_size=1)
OTHERS: list[dict[str, Any]] = [
    {"description": "Locks a door, and tells everybody"},
    {"input_schema": {"type": "object"}},
    {"output_schema": {"type": "object"}},
    {"annotations": {"readOnlyHint": True}},
    {"annotations": {}},
]


def book(path: Path | None = None) -> PinBook:
    return PinBook(path, {"house", "clock"})


def states(
    pins: PinBook, *tools: UpstreamTool, servers: tuple[str, ...] = ()
) -> list[PinState]:
    return [one.state for one in look(pins, *tools, servers=servers)]


def look(
    pins: PinBook, *tools: UpstreamTool, servers: tuple[str, ...] = ()
) -> tuple[SeenTool, ...]:
    there = (*servers, *(tool.server for tool in tools))
    return pins.look({one: [t for t in tools if t.server == one] for one in there})


@settings(max_examples=25)
@given(NAMES, st.sampled_from(OTHERS), st.data())
def test_what_was_seen_first_stays_and_what_changed_waits(
    names: list[str], change: dict[str, Any], data: st.DataObject
) -> None:
    pins = book()
    tools = [upstream_tool(f"{name}x", description=name) for name in names]
    assert set(states(pins, *tools)) == {PinState.PINNED}
    at = data.draw(st.integers(0, len(tools) - 1))
    after = [replace(t, **change) if n == at else t for n, t in enumerate(tools)]
    seen = look(pins, *after)
    assert [one.state for one in seen].count(PinState.CHANGED) == 1
    assert seen[at].state is PinState.CHANGED and seen[at].reason
    assert states(pins, *after) == [one.state for one in seen]
    [offer] = pins.offers()
    assert (offer.name, offer.pin) == (tools[at].name, seen[at].pin)
    assert offer.differences
    # What it was is still good.
    assert set(states(pins, *tools)) == {PinState.PINNED}
    # Looked at: then the other way round.
    assert not pins.pin("house", offer.name, "0" * 64)
    assert states(pins, *after) == [one.state for one in seen]
    assert pins.pin("house", offer.name, offer.pin)
    assert set(states(pins, *after)) == {PinState.PINNED}
    assert states(pins, *tools)[at] is PinState.CHANGED
    assert not pins.pin("house", offer.name, offer.pin), "that is not offered now"


def test_servers_that_nobody_named_are_never_pinned() -> None:
    pins = book()
    [seen] = look(pins, upstream_tool(server="stranger"))
    assert seen.state is PinState.UNNAMED
    assert not pins.offers() and not pins.pin("stranger", "set_lock", seen.pin)


def test_a_renamed_tool_waits_also_when_the_old_name_comes_back() -> None:
    pins = book()
    old, new = upstream_tool("get"), upstream_tool("fetch")
    assert states(pins, old) == [PinState.PINNED]
    [seen] = look(pins, new)
    assert seen.state is PinState.RENAMED and "`get`" in seen.reason
    assert states(pins, old, new) == [PinState.PINNED, PinState.RENAMED]
    assert pins.pin("house", "fetch", seen.pin)
    assert states(pins, old, new) == [PinState.PINNED, PinState.PINNED]


def test_a_renamed_tool_that_changes_again_is_offered_as_it_is_now() -> None:
    pins = book()
    states(pins, upstream_tool("get"))
    states(pins, upstream_tool("fetch"))
    [seen] = look(pins, upstream_tool("fetch", description="other"))
    assert seen.state is PinState.RENAMED
    assert [offer.pin for offer in pins.offers()] == [seen.pin]


def test_the_same_twice_in_one_list_is_nobody() -> None:
    pins = book()
    states(pins, upstream_tool())
    assert states(pins, upstream_tool(), upstream_tool()) == [PinState.CLAIMED] * 2
    assert states(pins, upstream_tool()) == [PinState.PINNED]


def test_a_server_without_a_prefix_cannot_take_anothers_name() -> None:
    pins = book()
    own = upstream_tool("set_lock")
    thief = upstream_tool("house__set_lock", "clock", bare=True)
    assert states(pins, own, thief) == [PinState.CLAIMED] * 2
    assert states(pins, own) == [PinState.PINNED]


def test_a_look_alike_of_a_pinned_one_waits_and_can_be_looked_at() -> None:
    pins = book()
    lamp, other = upstream_tool("lamp_1"), upstream_tool("Lamp_l", description="other")
    assert states(pins, lamp) == [PinState.PINNED]
    seen = look(pins, lamp, other)
    assert [one.state for one in seen] == [PinState.PINNED, PinState.CLAIMED]
    assert pins.pin("house", "Lamp_l", seen[1].pin)
    assert states(pins, lamp, other) == [PinState.PINNED] * 2


def test_two_new_look_alikes_both_wait() -> None:
    one, other = upstream_tool("a_b"), upstream_tool("a-b", description="other")
    assert states(book(), one, other) == [PinState.CLAIMED] * 2


def test_a_dead_server_takes_nothing_away() -> None:
    pins = book()
    clock = upstream_tool("get", "clock")
    states(pins, upstream_tool(), clock)
    assert states(pins, clock) == [PinState.PINNED]
    assert states(pins, clock, servers=("house",)) == [PinState.PINNED]
    assert states(pins, upstream_tool(), clock) == [PinState.PINNED] * 2


def test_what_has_no_form_is_nobody() -> None:
    wrong = upstream_tool(input_schema={"maximum": float("nan")})
    assert states(book(), wrong, upstream_tool("a")) == [
        PinState.UNFIT,
        PinState.PINNED,
    ]


def test_two_processes_hold_one_pin_whoever_saw_it_first(tmp_path: Path) -> None:
    path = tmp_path / "pins.sqlite3"
    one, other = book(path), book(path)
    assert states(one, upstream_tool()) == [PinState.PINNED]
    [seen] = look(other, upstream_tool(description="other"))
    assert seen.state is PinState.CHANGED
    assert one.pin("house", "set_lock", seen.pin)
    assert states(other, upstream_tool(description="other")) == [PinState.PINNED]
    assert one.close() and other.close()
    again = book(path)
    assert states(again, upstream_tool()) == [PinState.CHANGED]
    again.close()


def test_two_that_see_it_first_at_once(tmp_path: Path) -> None:
    path = tmp_path / "pins.sqlite3"
    one, other = book(path), book(path)
    before = other._pins
    stale = {"left": 1}

    def late(servers: Any) -> Any:
        """What the other one reads before the first one has written."""
        if stale["left"]:
            stale["left"] = 0
            found = before(servers)
            assert states(one, upstream_tool()) == [PinState.PINNED]
            return found
        return before(servers)

    other._pins = late  # type: ignore[method-assign]
    assert states(other, upstream_tool(description="x")) == [PinState.CHANGED]
    one.close(), other.close()


def test_a_damaged_file_is_no_first_sight(tmp_path: Path) -> None:
    path = tmp_path / "pins.sqlite3"
    first = book(path)
    states(first, upstream_tool())
    first.close()
    path.write_bytes(b"no database at all" * 500)
    pins = book(path)
    [seen] = look(pins, upstream_tool(description="other"))
    assert seen.state is PinState.UNSURE
    assert pins.pin("house", "set_lock", seen.pin)
    assert states(pins, upstream_tool(description="other")) == [PinState.PINNED]
    pins.close()


def test_a_file_that_cannot_be_read_is_no_first_sight(tmp_path: Path) -> None:
    path = tmp_path / "pins.sqlite3"
    path.mkdir()
    pins = book(path)
    [seen] = look(pins, upstream_tool())
    assert seen.state is PinState.UNSURE
    with pytest.raises(StoreError):
        pins.pin("house", "set_lock", seen.pin)
    assert pins.book.troubles() and not pins.close()


def test_a_newer_file_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "pins.sqlite3"
    first = book(path)
    states(first, upstream_tool())
    first.book.write(("PRAGMA user_version = 99", ()))
    first.close()
    pins = book(path)
    assert states(pins, upstream_tool(description="other")) == [PinState.UNSURE]
    pins.close()


def test_what_is_pinned_can_be_made_again_without_its_server() -> None:
    pins = book()
    states(pins, upstream_tool(), upstream_tool("get", "clock", output_schema={}))
    made = [tool_of(server, json.loads(form), {}) for server, form in pins.pinned()]
    assert [one.listed_name for one in made] == ["clock__get", "house__set_lock"]
    assert states(pins, *made) == [PinState.PINNED] * 2


def test_a_server_is_forgotten_alone() -> None:
    pins = book()
    clock = upstream_tool("get", "clock")
    states(pins, upstream_tool(), clock)
    states(pins, upstream_tool(description="x"), replace(clock, description="x"))
    assert pins.forget("house") == 1
    assert [offer.server for offer in pins.offers()] == ["clock"]
    assert states(pins, upstream_tool(description="x")) == [PinState.PINNED]


def test_names_made_up_on_every_list_fill_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pin_judge, "MOST_TOOLS", 30)
    pins = book()
    for turn in range(10):
        tools = [
            upstream_tool(f"t{turn}x{n}", description=f"{turn}{n}") for n in range(10)
        ]
        seen = states(pins, *tools, upstream_tool("get", "clock"))
        assert seen[-1] is PinState.PINNED
    assert seen[0] is PinState.FULL
    assert pins.book.read("SELECT COUNT(*) FROM pins WHERE server = 'house'") == [(30,)]


def test_thousands_of_tools_are_judged_in_their_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pin_judge, "MOST_TOOLS", 2000)
    pins = book()
    tools = [upstream_tool(f"t{n}_", input_schema={"n": n}) for n in range(2000)]
    more = upstream_tool("one_more", description="more")
    seen = states(pins, *tools, more)
    assert set(seen[:-1]) == {PinState.PINNED} and seen[-1] is PinState.FULL
    assert states(pins, *tools, more) == seen
