"""Tools of the tests that benchmarks want too: the one place that reaches over."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

_TESTS = str(Path(__file__).resolve().parents[2] / "tests")
_WHERE = {
    "CHAT_HABITS": "upstream_habits",
    "Script": "dialogue_runs",
    "contrary_pairs": "contrary_pairs",
    "dialogues": "dialogue_runs",
    "HABITS": "habit_turns",
    "Parrot": "regions",
    "SECRET": "regions",
    "fuzzed": "wire_fuzz",
    "fuzzed_edge": "edge_fuzz",
    "held_open": "open_microphone",
    "play": "dialogue_runs",
    "question": "open_microphone",
    "region": "regions",
    "room_noise": "open_microphone",
    "run_faults": "chaos",
    "spoken": "habit_turns",
    "tiny_llama": "gguf_file",
    "upstream_of": "upstreams",
}
_CALLED = {"CHAT_HABITS": "HABITS"}
"""What two tools call alike."""
__all__ = list(_WHERE)


def __getattr__(name: str) -> Any:
    # Imported when it is asked for: a server that parrots needs no agent.
    if name not in _WHERE:
        raise AttributeError(name)
    if _TESTS not in sys.path:
        sys.path.append(_TESTS)
    return getattr(import_module(_WHERE[name]), _CALLED.get(name, name))
