"""Replays as JUnit XML, which every build server reads.

The names are those of `pytest`: one case for each expected turn, and one for the
recording as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from voiceagent.errors import UsageError
from voiceagent.errors.foreign import words_of_others
from voiceagent.replay.replay import Replay
from voiceagent.store.files import put_named

__all__ = ["junit", "write_junit"]

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML may hold, not even escaped."""


def write_junit(done: Sequence[tuple[Path, Replay | UsageError]], path: Path) -> None:
    """Write it; raises `StoreError` if `path` cannot be written."""
    put_named(path, junit(done), folders=True)


def junit(done: Sequence[tuple[Path, Replay | UsageError]]) -> bytes:
    """The whole document; `done`: every file that was to be replayed, and what came."""
    suite = Element("testsuite", name="voiceagent replay")
    for file, one in done:
        if isinstance(one, UsageError):
            case = _case(suite, file, "events", 0.0)
            _trouble(case, "error", one.brief, str(one))
        else:
            _replayed(suite, file, one)
    for key, kind in (("tests", "testcase"), ("failures", "failure")):
        suite.set(key, str(len(list(suite.iter(kind)))))
    suite.set("errors", str(len(list(suite.iter("error")))))
    whole = Element("testsuites")
    whole.append(suite)
    indent(whole)
    told: bytes = tostring(whole, encoding="utf-8", xml_declaration=True)
    return told + b"\n"


def _replayed(suite: Element, file: Path, one: Replay) -> None:
    for name, number in _names(one):
        case = _case(suite, file, name, one.seconds if name == "events" else 0.0)
        mine = [check for check in one.checks if check.turn == number]
        failed = [check for check in mine if not check.ok]
        if failed:
            _trouble(case, "failure", str(failed[0]), one.told(failed))


def _names(one: Replay) -> Iterator[tuple[str, int]]:
    """The whole, and its expected turns."""
    yield "events", 0
    for number in sorted({check.turn for check in one.checks} - {0}):
        yield f"turn-{number}", number


def _case(suite: Element, file: Path, name: str, seconds: float) -> Element:
    told = {"classname": _plain(str(file)), "name": name, "time": f"{seconds:.3f}"}
    return SubElement(suite, "testcase", told)


def _trouble(case: Element, kind: str, message: str, text: str) -> None:
    SubElement(case, kind, message=_plain(message)).text = _plain(text)


def _plain(text: str) -> str:
    return NOT_XML.sub("\ufffd", words_of_others(text))
