"""What a tool was when somebody trusted it: its canonical form, its hash, and what
differs between two of them in words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from voiceagent.errors.foreign import words_of_others
from voiceagent.gateway.tool import UpstreamTool

__all__ = ["LARGEST_FORM", "ToolForm", "differences", "form_of"]

LARGEST_FORM = 256 << 10
"""Bytes of the canonical form of a tool that is still pinned."""
AROUND = 30
"""Letters that are shown before and behind what differs in a text."""
MOST_LINES = 100
"""Differences that are told one by one."""


@dataclass(frozen=True, slots=True)
class ToolForm:
    """Name, description, schemas and annotations in one canonical way to write them."""

    form: str
    """JSON: sorted names, no blanks."""
    pin: str
    """SHA-256 of it, in hexadecimal digits."""
    body: str
    """SHA-256 of the same without the name: two of them are one tool renamed."""


def form_of(tool: UpstreamTool) -> ToolForm | None:
    """None for what has no canonical form or too large a one: no number, nested too
    deep, keys that are no text."""
    told = {
        "annotations": tool.annotations,
        "description": tool.description,
        "inputSchema": tool.input_schema,
        "outputSchema": tool.output_schema,
    }
    try:
        form, body = _canonical({**told, "name": tool.name}), _canonical(told)
        if len(form.encode()) > LARGEST_FORM:
            return None
    except (ValueError, TypeError, RecursionError):
        return None
    return ToolForm(form, _hash(form), _hash(body))


def differences(before: str, after: str) -> list[str]:
    """What differs between two canonical forms, a line each, by where it stands;
    nothing that is written there can be an order to a terminal."""
    old, new = (dict(_leaves(json.loads(form))) for form in (before, after))
    places = [p for p in {**old, **new} if old.get(p, _NONE) != new.get(p, _NONE)]
    lines = [_told(place, old, new) for place in sorted(places)]
    if len(lines) > MOST_LINES:
        lines[MOST_LINES:] = [f"and {len(lines) - MOST_LINES} more"]
    return lines


_NONE = "nothing"
"""Said of what is not there; every value that is there is JSON, and this is none."""


def _canonical(value: Any, *, plain: bool = False) -> str:
    """`plain`: whatever is no letter of ASCII is escaped, to be shown."""
    return json.dumps(
        value,
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=plain,
        allow_nan=False,
    )


def _hash(form: str) -> str:
    return hashlib.sha256(form.encode()).hexdigest()


def _leaves(value: Any) -> Iterator[tuple[str, str]]:
    """Everything that holds nothing further, as JSON, by its path."""
    waiting: list[tuple[str, Any]] = [("", value)]
    while waiting:
        place, one = waiting.pop()
        if isinstance(one, dict) and one:
            inside = [(f"{place}.{key}".lstrip("."), of) for key, of in one.items()]
        elif isinstance(one, list) and one:
            inside = [(f"{place}[{at}]", of) for at, of in enumerate(one)]
        else:
            yield place, _canonical(one, plain=True)
            continue
        waiting.extend(inside)


def _told(place: str, old: dict[str, str], new: dict[str, str]) -> str:
    before, after = old.get(place, _NONE), new.get(place, _NONE)
    if before is not _NONE and after is not _NONE:
        before, after = _around(before, after)
    shown = (one if len(one) <= 400 else f"{one[:399]}…" for one in (before, after))
    was, now = shown
    where = place if len(place) <= 200 else f"…{place[-199:]}"
    return " ".join(words_of_others(f"{where}: {was} -> {now}").split())


def _around(before: str, after: str) -> tuple[str, str]:
    """The parts in which two texts differ, with a little before and behind."""
    most = min(len(before), len(after))
    pairs = zip(before, after, strict=False)
    start = next((at for at, (a, b) in enumerate(pairs) if a != b), most)
    pairs = zip(reversed(before), reversed(after), strict=False)
    same = next((at for at, (a, b) in enumerate(pairs) if a != b), most)
    same = min(same, most - start)
    return _cut(before, start, same), _cut(after, start, same)


def _cut(text: str, start: int, same: int) -> str:
    first, last = max(0, start - AROUND), min(len(text), len(text) - same + AROUND)
    head, tail = "…" if first else "", "…" if last < len(text) else ""
    return f"{head}{text[first:last]}{tail}"
