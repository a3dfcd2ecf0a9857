"""Nothing configured: no command reaches beyond this machine or writes astray.

Each runs as a user runs it, in a fresh home, with `CI` unset, under strace.
"""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile
from tracer import Home, Watched, needs_tracer, traced
from tracers import TRACERS, no_tracer

pytestmark = [pytest.mark.cli, pytest.mark.audio]
SAMPLES = Path(__file__).resolve().parents[2] / "samples"
COMMAND = 4.2
"""Seconds of `03-timer` that hold one whole command."""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    needs_tracer()
    yield Home(tmp_path / "fresh")


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """What was dear to make is kept between the commands."""
    needs_tracer()
    yield Home(tmp_path_factory.mktemp("lived") / "in")


def voiceagent(home: Home, *words: str, **more: object) -> Watched:
    command = (sys.executable, "-m", "voiceagent", *words)
    return traced(home, *command, **more)  # type: ignore[arg-type]


def stays_at_home(done: Watched) -> None:
    assert done.beyond == []
    assert done.astray == []


def spoken(home: Home, name: str = "timer.wav") -> Path:
    """One command, short."""
    sound, rate = soundfile.read(SAMPLES / "03-timer.flac", dtype="int16")
    file = home.work / name
    soundfile.write(file, sound[: int(rate * COMMAND)], rate, subtype="PCM_16")
    return file


def test_ask(home: Home) -> None:
    done = voiceagent(home, "ask", "set a timer for five minutes", "--why")
    assert done.code == 0 and "five minutes" in done.out, done.err
    stays_at_home(done)


def test_ask_where_the_folders_are_named(tmp_path: Path) -> None:
    needs_tracer()
    home = Home(tmp_path / "fresh", named=True)
    done = voiceagent(home, "ask", "how many people live in japan", "--json")
    assert done.code == 0 and done.out, done.err
    assert (home.root / "state" / "voiceagent").is_dir()
    stays_at_home(done)


def test_say(home: Home) -> None:
    file = home.work / "hello.wav"
    done = voiceagent(home, "say", "hello there", "-o", str(file), outputs=[file])
    assert done.code == 0 and file.stat().st_size > 1000, done.err
    stays_at_home(done)


def test_listen(lived_in: Home) -> None:
    home = lived_in
    sound, _ = soundfile.read(spoken(home), dtype="int16")
    # What the environment says of it changes nothing: it is switched off here.
    asked = {"ORT_DISABLE_TELEMETRY": "0"}
    done = voiceagent(
        home, "listen", "--stdin", "--json", stdin=sound.tobytes(), more=asked
    )
    assert done.code == 0, done.err
    # It listens in real time: on a busy machine the answer comes too late.
    assert '"TurnFinished"' in done.out, done.out
    stays_at_home(done)


def test_replay(lived_in: Home) -> None:
    home = lived_in
    report, events = home.work / "report.html", home.work / "events.jsonl"
    done = voiceagent(
        *(home, "replay", str(spoken(home))),
        *("--report", str(report), "--events", str(events)),
        outputs=[report, events],
    )
    assert done.code == 0 and "timer.set" in done.out, done.err
    assert report.exists() and events.exists()
    stays_at_home(done)


def test_serve(lived_in: Home) -> None:
    home = lived_in
    asked: list[int] = []

    def ask(process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        url = ready["url"].replace("ws://", "http://").rpartition("/v1")[0]
        with urllib.request.urlopen(f"{url}/healthz") as answer:
            asked.append(answer.status)

    done = voiceagent(home, "serve", "--port", "0", "--json", meanwhile=ask)
    assert asked == [200], done.err
    assert "Traceback" not in done.err
    stays_at_home(done)


OFFENDERS = {
    "a connection": "s = socket.socket(); s.settimeout(0.1); s.connect_ex({there})",
    "a datagram": "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', {there})",
    "a door": "socket.create_server(('0.0.0.0', 0))",
    "a resolver": "socket.socket(type=socket.SOCK_DGRAM).connect(('127.0.0.53', 53))",
    "a name": "try: socket.getaddrinfo('nowhere.invalid', 443)\nexcept OSError: pass",
    "a resolver by IPv6": "s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); "
    "s.connect_ex(('::1', 53))",
    "by IPv6": "s = socket.socket(socket.AF_INET6); s.settimeout(0.1); "
    "s.connect_ex(('2001:db8::1', 443))",
}
STRAYS = {
    "a device id": "p = H / '.cache' / 'Other'; p.mkdir(parents=True); "
    "(p / 'deviceid').write_text('x')",
    "beside us": "(H.parent / 'tmp' / 'somebody').write_text('x')",
    "where it stands": "open('left.txt', 'w').close()",
    "a renamed one": "p = H.parent / 'state' / 'a'; p.write_text('x'); "
    "p.rename(H / 'b')",
    "a link": "(H / 'link').symlink_to('/etc/hostname')",
}
BEFORE = """
import socket, subprocess, sys
from pathlib import Path
H = Path.home()
"""


@pytest.fixture(params=TRACERS)
def tracer(request: pytest.FixtureRequest) -> str:
    """Each of them; they have to agree."""
    if why := no_tracer(request.param):
        pytest.skip(why)
    return str(request.param)


def planted(home: Home, deed: str, tracer: str) -> Watched:
    """A program whose child does it: what children do counts as well."""
    child = BEFORE + deed.replace("{there}", "('192.0.2.1', 443)")
    parent = (
        f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    )
    return traced(home, sys.executable, "-c", parent, tracer=tracer)


@pytest.mark.parametrize("deed", OFFENDERS.values(), ids=OFFENDERS)
def test_the_tracer_sees_what_reaches_out(home: Home, deed: str, tracer: str) -> None:
    done = planted(home, deed, tracer)
    assert done.beyond, done.err


@pytest.mark.parametrize("deed", STRAYS.values(), ids=STRAYS)
def test_the_tracer_sees_what_is_written_astray(
    home: Home, deed: str, tracer: str
) -> None:
    done = planted(home, deed, tracer)
    assert done.astray and not done.beyond, done.err


def test_the_tracer_lets_loopback_and_our_folders_be(home: Home, tracer: str) -> None:
    done = planted(
        home,
        "d = socket.create_server(('127.0.0.1', 0)); "
        "socket.create_connection(d.getsockname()); "
        "p = H.parent / 'cache' / 'voiceagent'; p.mkdir(); (p / 'a').write_text('x')",
        tracer,
    )
    assert done.code == 0 and not done.err
    stays_at_home(done)


def test_a_whole_command_without_strace(home: Home) -> None:
    if why := no_tracer("preload"):
        pytest.skip(why)
    done = voiceagent(home, "ask", "set a timer for five minutes", tracer="preload")
    assert done.code == 0 and "five minutes" in done.out, done.err
    stays_at_home(done)
