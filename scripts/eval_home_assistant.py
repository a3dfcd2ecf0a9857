#!/usr/bin/env python3
"""Home Assistant's English templates on this machine, one table.

    .venv/bin/python scripts/eval_home_assistant.py SENTENCES TESTS \\
        [--recordings DIR] [--json]

Their own tests (intent and slots), milliseconds per parse for them and for the home
pack, the recogniser grammar of a house of 50 things (seconds to compile, size), and
with recordings how fast that grammar is decoded (real-time factor, one core).
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from pathlib import Path
from typing import Any

from voiceagent.audio.file import read_audio
from voiceagent.audio.frames import RATE
from voiceagent.authoring.sampler import Sampler
from voiceagent.clock import cpu_seconds
from voiceagent.evaluation.templates import evaluate_templates, read_template_tests
from voiceagent.nlu.intent import IntentParser
from voiceagent.skills.house.house import Area, Entity, HouseModel
from voiceagent.skills.house.slot_lists import house_lists
from voiceagent.skills.packs.pack import Pack, load_pack
from voiceagent.stt.grammar import Grammar, compile_grammar

ROOMS = ("Kitchen", "Living Room", "Bedroom", "Bathroom", "Office", "Garage")
FLOORS = ("Ground Floor", "Upstairs")
THINGS = (
    ("light", "Ceiling Light", ""),
    ("light", "Reading Lamp", ""),
    ("switch", "Socket", ""),
    ("cover", "Blind", "blind"),
    ("binary_sensor", "Window", "window"),
    ("sensor", "Thermometer", "temperature"),
    ("media_player", "Speaker", ""),
    ("fan", "Fan", ""),
)
"""One of each stands in every room."""
EXTRA = (
    ("lock", "Front Door", "Garage"),
    ("climate", "Thermostat", "Living Room"),
)


def fifty_things() -> HouseModel:
    """A house of six rooms on two floors with fifty things in it."""
    areas = tuple(Area(name, (), FLOORS[at % 2]) for at, name in enumerate(ROOMS))
    things = [
        Entity(f"{domain}.{room}_{at}", f"{room} {name}", domain, room, kind=kind)
        for room in ROOMS
        for at, (domain, name, kind) in enumerate(THINGS)
    ]
    more = [Entity(f"{d}.{n}", n, d, room) for d, n, room in EXTRA]
    return HouseModel("fifty", areas, (*things, *more))


def parse_times(pack: Pack, count: int = 2000) -> dict[str, float]:
    """Milliseconds of sampled sentences."""
    parser = IntentParser(pack)
    spent = []
    for sample in Sampler(pack, seed=7).draw(count):
        before = cpu_seconds()
        parser.parse(sample.text)
        spent.append(1e3 * (cpu_seconds() - before))
    spent.sort()
    middle, late = (spent[int(share * (len(spent) - 1))] for share in (0.5, 0.99))
    return {"p50": round(middle, 3), "p99": round(late, 3)}


def decode(grammar: Grammar, folder: Path) -> dict[str, float]:
    """Real-time factor over a folder of recordings."""
    recogniser = make_recogniser(grammar)
    files = sorted(folder.rglob("*.flac"))
    random.Random(1).shuffle(files)
    seconds = spent = 0.0
    for file in files:
        samples = read_audio(file).samples
        before = cpu_seconds()
        recogniser.start()
        recogniser.feed(samples.tobytes())
        recogniser.finish()
        spent += cpu_seconds() - before
        seconds += len(samples) / RATE
    return {"files": len(files), "rtf": round(spent / max(seconds, 1e-9), 3)}


def make_recogniser(grammar: Grammar) -> Any:
    """The recogniser of the product over this grammar."""
    from voiceagent.engines.stt.pocketsphinx.recogniser import PocketSphinxStt

    return PocketSphinxStt(grammar)


def report(arguments: argparse.Namespace) -> dict[str, Any]:
    """All numbers."""
    before = cpu_seconds()
    pack = load_pack(arguments.sentences)
    loaded = cpu_seconds() - before
    tests = evaluate_templates(pack, read_template_tests(arguments.tests))
    before = cpu_seconds()
    grammar = compile_grammar(pack.intents, house_lists(fifty_things()))
    spent = cpu_seconds() - before
    numbers: dict[str, Any] = {
        "sentences": tests.sentences,
        "right": round(tests.right, 4),
        "intent_right": round(tests.intent_right, 4),
        "wrong": list(tests.wrong),
        "load_seconds": round(loaded, 2),
        "parse_ms": {"p50": tests.parse_ms_p50, "p99": tests.parse_ms_p99},
        "parse_ms_home": parse_times(load_pack(None)),
        "things": len(fifty_things().entities),
        "compile_seconds": round(spent, 2),
        "states": len(grammar.arcs),
        "arcs": sum(map(len, grammar.arcs)),
        "words": len(grammar.vocabulary),
    }
    if arguments.recordings:
        numbers["decoding"] = decode(grammar, arguments.recordings)
    return numbers


def main() -> None:
    """Read the arguments, print the table or JSON; exit 1 below 99 %."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("sentences", type=Path)
    parser.add_argument("tests", type=Path)
    parser.add_argument("--recordings", type=Path)
    parser.add_argument("--json", action="store_true")
    numbers = report(parser.parse_args())
    if parser.parse_args().json:
        sys.stdout.write(json.dumps(numbers) + "\n")
    else:
        for key, value in numbers.items():
            sys.stdout.write(f"{key.replace('_', ' '):18} {value}\n")
    sys.exit(numbers["right"] < 0.99)


if __name__ == "__main__":
    main()
