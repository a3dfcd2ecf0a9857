"""What our extras install and can open a connection is named in the documentation."""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from test_architecture import ROOT

pytestmark = pytest.mark.unit
EXTRAS = frozenset(
    (
        "edge",
        "openwakeword",
        "moonshine",
        "stt",
        "whisper",
        "slm",
        "slm-source",
        "region",
        "otel",
    )
)
TALKS = re.compile(
    rb"^\s*(?:import|from) +(?:socket|http\.client|urllib\.request|requests|httpx"
    rb"|httpcore|aiohttp|urllib3|ftplib|smtplib)\b",
    re.MULTILINE,
)
LOOKS_UP = (b"getaddrinfo", b"gethostbyname")
"""What a library of the system calls before it connects."""
THEIR_OWN = ("voiceagent",)


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def installed() -> dict[str, Distribution]:
    """What our extras bring, with all that it brings, as far as it is installed."""
    found: dict[str, Distribution] = {}
    seen: dict[str, frozenset[str]] = {}
    wanted = [("voiceagent", EXTRAS)]
    while wanted:
        name, extras = wanted.pop()
        key = plain(name)
        if key in seen and extras <= seen[key]:
            continue
        seen[key] = seen.get(key, frozenset()) | extras
        try:
            one = found[key] = distribution(name)
        except PackageNotFoundError:
            continue
        for line in one.requires or ():
            needs = Requirement(line)
            marks = [{"extra": extra} for extra in extras or {""}]
            if needs.marker is None or any(map(needs.marker.evaluate, marks)):
                wanted.append((needs.name, frozenset(needs.extras)))
    return {k: v for k, v in found.items() if k not in THEIR_OWN}


def files(one: Distribution) -> Iterator[Path]:
    for file in one.files or ():
        path = Path(str(file.locate()))
        if "tests" not in path.parts and path.is_file() and path.stat().st_size:
            yield path


def talks(path: Path) -> bool:
    if path.suffix == ".py":
        return TALKS.search(path.read_bytes()) is not None
    if ".so" not in path.suffixes and path.suffix not in (".dylib", ".pyd"):
        return False
    with (
        path.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        return any(content.find(name) >= 0 for name in LOOKS_UP)


def test_every_dependency_with_a_network_of_its_own_is_named() -> None:
    page = (ROOT / "docs" / "privacy.md").read_text("utf-8")
    table = page.partition("| distribution |")[2]
    named = set(re.findall(r"`([\w-]+)`", table))
    able = {n for n, one in installed().items() if any(map(talks, files(one)))}
    assert "onnxruntime" in able or "websockets" in able
    assert sorted(able - named) == []
