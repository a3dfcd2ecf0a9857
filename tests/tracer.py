"""What a command asked of the system: connections, and files that it made or changed.

    strace -f, in a home folder of its own, with nothing configured

Where strace is absent, `tracer_preload.c` stands between the program and the C library:
what asks the kernel itself (Go, static programs) is then not seen.

An attempt counts, whether it came to anything or not: a machine without a link must not
hide one. A name is looked up at a resolver: that is an attempt too, even on loopback.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

import pytest
from tracers import OPENS, TALKS, TRACERS, no_tracer, watch

__all__ = ["Home", "Watched", "needs_tracer", "traced"]

ROOT = Path(__file__).resolve().parents[1]
LONGEST = 50.0
"""Seconds that a command may take."""
RESOLVERS = ("53", "853", "5353", "5355")
"""Ports where a name is looked up."""
LOOKS_UP = ("io.systemd.Resolve", "avahi-daemon/socket")
"""Sockets of services that look names up."""
SYSTEM = re.compile(
    r"/dev/(null|zero|tty|ptmx|pts/\d+|snd/.*|stdin|stdout|stderr|fd/\d+)"
    r"|/proc/.*|pipe:.*|socket:.*|anon_inode:.*|/memfd:.*"
    r"|/dev/shm/(sem\.|pym-|jack|pulse-shm-).*|/dev/shm"
)
"""Devices, semaphores, and what the sound servers keep for themselves."""
CALL = re.compile(r"^(\d+) +(\w+)\((.*)$")
RESUMED = re.compile(r"^(\d+) +<\.\.\. (\w+) resumed>(.*)$")
ADDRESS = re.compile(r"sa_family=(AF_\w+)([^}]*)")
NAMED = re.compile(r'(?:<([^<>]*)>, )?"((?:[^"\\]|\\.)*)"')
"""A path, and the folder that it is below where the call names one."""
OPENED = re.compile(r"= \d+<(.*)>$")


@dataclass(frozen=True, slots=True)
class Home:
    """A fresh home, empty; `named`: the folders of XDG are told, each elsewhere."""

    root: Path
    named: bool = False

    def __post_init__(self) -> None:
        for name in ("home", "state", "cache", "config", "data", "run", "tmp", "work"):
            (self.root / name).mkdir(parents=True, mode=0o700)

    @property
    def work(self) -> Path:
        """Where commands are run."""
        return self.root / "work"

    def environment(self) -> dict[str, str]:
        """Nothing of the caller's, `CI` least of all, but where programs are."""
        kinds = ("state", "cache", "config", "data") if self.named else ()
        return {
            **{f"XDG_{kind.upper()}_HOME": str(self.root / kind) for kind in kinds},
            "XDG_RUNTIME_DIR": str(self.root / "run"),
            "HOME": str(self.root / "home"),
            "TMPDIR": str(self.root / "tmp"),
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def ours(self) -> re.Pattern[str]:
        """What may be made or changed here: our folders, and those of the sound server.

        Python tries a file of a random name before it takes a temporary folder, and
        removes it.
        """
        root = re.escape(str(self.root))
        way = r"(\.local/state|\.cache|\.config)"
        kept = rf"{root}/((state|cache|config)|home/{way})/voiceagent(/.*)?"
        above = rf"{root}/home/(\.local|{way})"  # made on the way there
        passing = rf"{root}/tmp/(voiceagent-[^/]+|pymp-[^/]+)(/.*)?"
        sound = rf"{root}/(run/pulse|(config|home/\.config)/pulse|home/\.pulse)(/.*)?"
        return re.compile("|".join((kept, above, passing, sound)))

    def tried(self, path: str) -> bool:
        """A probe of Python's, gone again."""
        folder, name = os.path.split(path)
        known = folder == str(self.root / "tmp") and re.fullmatch("[a-z0-9_]{8}", name)
        return bool(known) and not os.path.exists(path)


@dataclass(frozen=True, slots=True)
class Watched:
    """How a command ended, and what it did that it should not."""

    code: int
    out: str
    err: str
    beyond: list[str] = field(default_factory=list)
    """Attempts to reach anything beyond this machine, or to be reached from there."""
    astray: list[str] = field(default_factory=list)
    """Files made, changed or removed outside of our folders."""


def needs_tracer() -> None:
    """Skip where nothing can be watched, with the reasons."""
    if not _tracer():
        pytest.skip("; ".join(filter(None, map(no_tracer, TRACERS))))


def _tracer() -> str:
    return next((name for name in TRACERS if not no_tracer(name)), "")


def traced(
    home: Home,
    *command: str,
    tracer: str = "",
    outputs: Sequence[Path] = (),
    stdin: bytes = b"",
    meanwhile: Callable[[subprocess.Popen[bytes]], None] | None = None,
    more: Mapping[str, str] | None = None,
) -> Watched:
    """Run a command to its end, watched; `outputs` are files that it was told to make,
    `tracer` one of `TRACERS` (else the first that can).

    `meanwhile` is called while it runs; then the command is asked to end (SIGINT).
    """
    log = home.root / "calls"
    log.touch()
    before, through = watch(tracer or _tracer(), log)
    process = subprocess.Popen(
        [*before, *command],
        **{"stdin": subprocess.PIPE, "stdout": subprocess.PIPE},
        stderr=subprocess.PIPE,
        cwd=home.work,
        env={**home.environment(), **through, **(more or {})},
    )
    if meanwhile is not None:
        try:
            meanwhile(process)
        finally:
            _told(process, signal.SIGINT)
    try:
        out, err = process.communicate(stdin, timeout=LONGEST)
    finally:
        if process.poll() is None:
            _told(process, signal.SIGKILL)
            process.kill()
    lines = log.read_text("utf-8", "replace").splitlines()
    named = [str(path) for path in outputs]
    found = [_judged(home, named, *call) for call in _calls(lines)]
    return Watched(
        process.returncode,
        out.decode("utf-8", "replace"),
        err.decode("utf-8", "replace"),
        beyond=sorted({text for kind, text in found if kind == "beyond"}),
        astray=sorted({text for kind, text in found if kind == "astray"}),
    )


def _told(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """The command itself: a signal to strace would be another thing."""
    if not str(process.args[0]).endswith("strace"):  # type: ignore[index]
        process.send_signal(number)
        return
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    with suppress(OSError):  # it has ended
        for child in children.read_text().split():
            os.kill(int(child), number)


def _calls(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each call by name with its words, put together where it was cut in two."""
    begun: dict[str, str] = {}
    for line in lines:
        if cut := RESUMED.match(line):
            yield cut[2], begun.pop(cut[1], "") + cut[3]
        elif call := CALL.match(line):
            if call[3].endswith("<unfinished ...>"):
                begun[call[1]] = call[3].removesuffix("<unfinished ...>")
                if call[2] in TALKS:  # an attempt counts before it has ended
                    yield call[2], call[3]
            else:
                yield call[2], call[3]


def _judged(
    home: Home, outputs: Sequence[str], name: str, words: str
) -> tuple[str, str]:
    if name == "getaddrinfo":
        return ("" if _is_near(words) else "beyond"), f"{name}({words}"
    if name in TALKS:
        wrong = name == "io_uring_setup" or any(
            _is_beyond(family, rest, door=name == "bind")
            for family, rest in ADDRESS.findall(words)
        )
        return ("beyond" if wrong else "", f"{name}({words}")
    if " = -1 " in words or words.endswith("= ?"):
        return "", ""
    for path in _changed(name, words):
        whole = os.path.normpath(home.work / path)
        own = SYSTEM.fullmatch(path) or home.ours().fullmatch(whole)
        if not own and whole not in outputs and not home.tried(whole):
            return "astray", f"{name} {whole}"
    return "", ""


def _changed(name: str, words: str) -> Sequence[str]:
    """The paths that a call made, changed or removed."""
    if name not in OPENS:
        return [os.path.join(folder, path) for folder, path in NAMED.findall(words)]
    if name != "creat" and not re.search(r"O_(WRONLY|RDWR|CREAT|TRUNC)", words):
        return ()
    opened = OPENED.search(words)
    return (opened[1].removesuffix(" (deleted)"),) if opened else ("?",)


def _is_near(words: str) -> bool:
    """Whether a name needs nobody to be looked up."""
    name = words.partition('"')[2].partition('"')[0]
    with suppress(ValueError):
        return bool(ip_address(name.partition("%")[0]))
    return name in ("", "localhost", socket.gethostname())


def _is_beyond(family: str, rest: str, *, door: bool) -> bool:
    if family in ("AF_UNIX", "AF_LOCAL"):
        return any(name in rest for name in LOOKS_UP)
    if family in ("AF_NETLINK", "AF_UNSPEC"):
        return False
    address, port = (
        re.search(r'"([0-9a-fA-F.:]+)"', rest),
        re.search(r"htons\((\d+)", rest),
    )
    if family not in ("AF_INET", "AF_INET6") or address is None:
        return True
    if port is not None and port[1] in RESOLVERS:
        return True
    where = ip_address(address[1])
    inside = getattr(where, "ipv4_mapped", None) or where
    return not (inside.is_loopback or (inside.is_unspecified and not door))
