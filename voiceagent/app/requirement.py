"""Which versions a requirement of a distribution allows, as far as plugins need it.

Releases only: `>=0.1,<0.2`, `~=0.1.0`, `==0.1.*`. What is written in another way is
taken to allow everything: installers have looked at it already.
"""

from __future__ import annotations

import re

__all__ = ["allows", "split"]

REQUIREMENT = re.compile(r"\s*([\w.-]+)\s*(?:\[[^]]*\])?\s*\(?([^;)]*)\)?\s*(;.*)?")
CLAUSE = re.compile(r"\s*(~=|==|!=|<=|>=|<|>)\s*(\d+(?:\.\d+)*)(\.\*)?\s*")


def split(requirement: str) -> tuple[str, str]:
    """Name and versions of a line such as `voiceagent[edge]>=0.1,<0.2; extra == "x"`;
    no name where the line holds under a condition."""
    found = REQUIREMENT.fullmatch(requirement)
    if found is None or found[3]:
        return "", ""
    name = re.sub(r"[-_.]+", "-", found[1]).lower()
    return name, found[2].strip()


def allows(wanted: str, version: str) -> bool:
    """Whether a release fits all clauses of `wanted`."""
    ours = _release(version)
    return ours is None or all(
        _fits(clause, ours) for clause in wanted.split(",") if clause.strip()
    )


def _release(version: str) -> tuple[int, ...] | None:
    found = re.match(r"\d+(\.\d+)*", version)
    return _numbers(found[0]) if found else None


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(".")))


def _fits(clause: str, ours: tuple[int, ...]) -> bool:
    found = CLAUSE.fullmatch(clause)
    if found is None:
        return True
    sign, theirs = found[1], _numbers(found[2])
    size = max(len(ours), len(theirs))
    left, right = _padded(ours, size), _padded(theirs, size)
    if found[3]:
        same = left[: len(theirs)] == theirs
        return same if sign == "==" else not same
    match sign:
        case "~=":
            return left >= right and left[: len(theirs) - 1] == theirs[:-1]
        case "==":
            return left == right
        case "!=":
            return left != right
        case "<=":
            return left <= right
        case ">=":
            return left >= right
        case "<":
            return left < right
        case _:
            return left > right


def _padded(numbers: tuple[int, ...], size: int) -> tuple[int, ...]:
    return numbers + (0,) * (size - len(numbers))
