"""What can watch a command: strace, or a library between it and the C library."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

__all__ = ["MAKES", "OPENS", "TALKS", "TRACERS", "no_tracer", "watch"]

SOURCE = Path(__file__).with_name("tracer_preload.c")
TRACERS = ("strace", "preload")
"""What can watch, the better one first."""
TALKS = (
    "getaddrinfo",
    "connect",
    "sendto",
    "sendmsg",
    "sendmmsg",
    "bind",
    "io_uring_setup",
)
OPENS = ("open", "openat", "openat2", "creat")
MAKES = (
    *("mkdir", "mkdirat", "mknod", "mknodat", "rename", "renameat", "renameat2"),
    *("link", "linkat", "symlink", "symlinkat", "truncate"),
    *("unlink", "unlinkat", "rmdir", "chmod", "fchmodat"),
)


@cache
def no_tracer(name: str) -> str:
    """Why this one cannot watch here; empty where it can."""
    if not sys.platform.startswith("linux"):
        return f"{name} is of Linux"
    if name == "preload":
        return _preload()[1]
    return _no_strace()


def _no_strace() -> str:
    if shutil.which("strace") is None:
        return "strace is not installed: run `apt-get install strace`"
    tried = subprocess.run(
        ["strace", "-f", "-qq", "-o", os.devnull, "true"], capture_output=True
    )
    said = tried.stderr.decode("utf-8", "replace").strip()
    return f"strace may not watch here: {said}" if tried.returncode else ""


@cache
def _preload() -> tuple[str, str]:
    """The library, made by the compiler of the system; or why there is none."""
    compiler = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    if compiler is None:
        return "", "there is no C compiler: run `apt-get install gcc libc6-dev`"
    folder = tempfile.mkdtemp(prefix="tracer-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    library = os.path.join(folder, "tracer.so")
    made = subprocess.run(
        [compiler, "-shared", "-fPIC", "-O1", "-o", library, str(SOURCE), "-ldl"],
        capture_output=True,
    )
    why = made.stderr.decode("utf-8", "replace").strip()
    return library, f"`{SOURCE.name}` is not compiled: {why}" if made.returncode else ""


def watch(tracer: str, log: Path) -> tuple[Sequence[str], Mapping[str, str]]:
    """What stands before the command, and in its environment."""
    if tracer == "preload":
        return (), {"LD_PRELOAD": _preload()[0], "TRACER_CALLS": str(log)}
    # What the system has no call for is of no interest (`?`).
    calls = ",".join(f"?{call}" for call in (*TALKS[1:], *OPENS, *MAKES))
    watch = ("strace", "-f", "-y", "-qq", "-s", "400", "--seccomp-bpf")
    return (*watch, "-e", f"trace={calls}", "-o", str(log)), {}
