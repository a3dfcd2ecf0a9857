#!/usr/bin/env python3
"""Writes `requirements.lock`: what the usual extras install, each file with its hash.

    .venv/bin/python scripts/lock.py            # after a change of constraints.txt
    .venv/bin/python scripts/lock.py --check    # exit 1 where it is not up to date

The versions are those of `constraints.txt`; the hashes are those that the index tells
of each file, for every system. `uv` makes the list (`pip install uv`). Then

    pip install --require-hashes -r requirements.lock
    pip install --no-deps .

installs nothing but the very files that were there when the list was made.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
EXTRAS = ("edge", "moonshine", "slm", "region")
"""Those of `scripts/demo`."""
HEAD = """\
# Made by scripts/lock.py from pyproject.toml and constraints.txt: the extras
# {extras}, for every system.
#   pip install --require-hashes -r requirements.lock && pip install --no-deps .
"""


def main() -> None:
    """The list, or whether it is as it should be."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="change nothing")
    check = parser.parse_args().check
    made = HEAD.format(extras=", ".join(EXTRAS)) + compiled()
    if check and LOCK.read_text(encoding="utf-8") != made:
        sys.exit("error: requirements.lock is not what scripts/lock.py makes")
    if not check:
        LOCK.write_text(made, encoding="utf-8")
        print(
            f"{LOCK.name}: {made.count('==')} packages, {made.count('sha256:')} files"
        )


def compiled() -> str:
    """What uv makes of our pins. Nothing of this machine's index is in it."""
    extras = [word for extra in EXTRAS for word in ("--extra", extra)]
    done = subprocess.run(
        [
            *(*uv(), "pip", "compile", "pyproject.toml", *extras),
            *("--constraints", "constraints.txt", "--python-version", "3.11"),
            *("--universal", "--generate-hashes", "--no-header", "--no-annotate"),
            "--quiet",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.exit(f"error: uv cannot make the list\n{done.stderr.strip()}")
    return done.stdout


def uv() -> list[str]:
    """How it is called here."""
    if find_spec("uv"):
        return [sys.executable, "-m", "uv"]
    found = shutil.which("uv")
    if found is None:
        sys.exit("error: uv is not installed\nhint: pip install uv")
    return [found]


if __name__ == "__main__":
    main()
