#!/usr/bin/env python3
"""What commands come to, typed to the whole agent: right, asked, refused, or wrong.

    .venv/bin/python scripts/bench_language.py complaints CASES [--json] [--all]
    .venv/bin/python scripts/bench_language.py paraphrases DATA/text
    .venv/bin/python scripts/bench_language.py own
    .venv/bin/python scripts/bench_language.py compound [--held-out | --own | --more]

CASES: the `language.jsonl` of the shared cases. It is not part of the project; what
each of its commands may come to stands in `tests/data/language/complaints.jsonl`, by
the digest of its words. DATA/text: the folder with hwu64, snips2017 and home_assistant;
which of their sentences are taken, and what they mean here, is `lib/paraphrases`, and
`tests/data/language/paraphrases.sha256` holds the list fast. `own`: the requests of
ours that no template says (`held_out.jsonl`). `compound`: commands with parts, of which
half are held out: these are counted, and their sentences are not shown; `--own`: of
when and if, by whoever wrote the rules for them; `--more`: the like of all kinds.
Every command is said in a world of its own, after what its case says was said before.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from voiceagent.app.config import Config
from voiceagent.app.shelf import Shelf
from voiceagent.app.workshop import Workshop
from voiceagent.errors import UsageError, VoiceAgentError
from voiceagent.evaluation.expected import Expected, Verdict, judge, read_expected
from voiceagent.evaluation.typed import MODEL, TUESDAY, TypedBench, TypedTurn

__all__ = [
    "Case",
    "Judged",
    "complaints",
    "compound",
    "main",
    "own",
    "paraphrased",
    "run_cases",
    "shop_for",
    "table",
]

ROOT = Path(__file__).resolve().parents[1]
LANGUAGE = ROOT / "tests" / "data" / "language"
EXPECTED = LANGUAGE / "complaints.jsonl"
PACKS = {"coffee": "coffee", "museum": "museum"}
LONG = "… (10000 letters)"
"""How the cases write a text that is too long to be written out."""


@dataclass(frozen=True, slots=True)
class Case:
    """A command, where it is said, and what it may come to."""

    text: str
    ways: tuple[Expected, ...]
    kind: str
    before: tuple[str, ...] = ()
    start: datetime = TUESDAY
    world: str = "home"
    """A pack, or a house of `tests/data/language/houses`."""
    house: str = ""
    """A house of its own, as the text of a `house.toml`."""
    area: str = ""
    """Where the device stands."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A case and what came of it."""

    case: Case
    turn: TypedTurn
    verdict: Verdict

    def line(self) -> str:
        """For whoever reads it."""
        changed = "; ".join(map(str, self.turn.changes)) or "nothing changed"
        before = f" [after: {'; '.join(self.case.before)}]" if self.case.before else ""
        text = self.case.text if len(self.case.text) < 80 else self.case.text[:80] + "…"
        said = self.turn.said or "(nothing)"
        return (
            f"{self.verdict.value:12} {text}{before}\n"
            f"{'':12} says {said!r}; {changed}; {self.turn.why}"
        )


def complaints(cases: Path) -> Iterator[Case]:
    """The commands of the shared cases with what they may come to."""
    known = {row["case"]: row for row in _rows(EXPECTED)}
    for row in _rows(cases):
        if row["outcome"] == "privacy check":
            continue
        found = known.get(_digest(row))
        if found is None:
            raise UsageError(
                "a case has no expectation",
                cause=f"none in `{EXPECTED.name}` has its digest `{_digest(row)}`",
                hint="is it the file that the expectations were made for?",
            )
        text = row["text"]
        yield Case(
            "x" * 10_000 if text.endswith(LONG) else text,
            read_expected(found["want"]),
            row["kind"],
            tuple(row.get("before", ())),
            _date(row["now"]) if "now" in row else TUESDAY,
            row.get("house_or_pack") or "home",
        )


def _digest(row: dict[str, Any]) -> str:
    parts = [row["text"], row.get("before", []), row.get("house_or_pack", "")]
    return sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()[:12]


def _date(text: str) -> datetime:
    """Local time as the clock of a replay shows it."""
    return datetime.fromisoformat(text).replace(tzinfo=TUESDAY.tzinfo)


def _rows(file: Path) -> list[dict[str, Any]]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines if line.strip()]
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot read `{file}`", cause=str(error)) from error


def paraphrased(data: Path) -> Iterator[Case]:
    """The list of other people's requests."""
    from lib.paraphrases.listed import paraphrases

    for one in paraphrases(data):
        kind = f"{one.source}: {one.kind}"
        ways = read_expected(one.ways)
        house, area = one.house, one.area
        yield Case(
            one.text, ways, kind, one.before, one.start, house=house, area=area
        )  # fmt: skip


def own() -> Iterator[Case]:
    """Our own requests; what has consequences may be asked about."""
    for row in _rows(LANGUAGE / "held_out.jsonl"):
        meant = {"intent": row["intent"], "slots": row.get("slots", {})}
        asked = ["ask"] if row["intent"] == "lock.unlock" else []
        ours: list[Any] = [{"means": [meant]}, *asked]
        ways = ours if row["intent"] else ["foreign"]
        yield Case(row["text"], read_expected(ways), row["intent"] or "not ours")


def compound(
    *, held_out: bool = False, ours: bool = False, more: bool = False
) -> Iterator[Case]:
    """Several commands or targets, exceptions, delays, pronouns, corrections; `ours`:
    of when and if, by whoever wrote the rules; `more`: of all kinds, by the same."""
    other = "_held_out" if held_out else "_own" if ours else "_more" if more else ""
    for row in _rows(LANGUAGE / f"compound{other}.jsonl"):
        if "about" not in row:
            ways = read_expected(row["want"])
            yield Case(row["text"], ways, row["kind"], tuple(row["before"]))


SHELF = Shelf()


@cache
def shop_for(world: str, house: str = "") -> Workshop:
    """The workshop of a world."""
    shop = Workshop(Config(), shelf=SHELF)
    if world in PACKS:
        return shop.with_values({"pack.folder": PACKS[world]})
    file = LANGUAGE / "houses" / f"{world}.toml"
    if house:
        file = Path(mkdtemp()) / "house.toml"
        file.write_text(house, encoding="utf-8")
    own_house = house or world != "home"
    return shop.with_values({"pack.house": str(file)} if own_house else {})


@cache
def bench_for(
    world: str, house: str = "", area: str = "", model: str = MODEL
) -> TypedBench:
    """Whoever is asked in a world; `model`: a name or a folder."""
    # These packs have no language model of their own.
    model = "none" if world in PACKS else model
    return TypedBench(shop_for(world, house), model=model, area=area)


def run_cases(cases: Iterable[Case], model: str = MODEL) -> Iterator[Judged]:
    """Each of them, typed."""
    for case in cases:
        bench = bench_for(case.world, case.house, case.area, model)
        turn = bench.one(case.text, before=case.before, start=case.start)
        yield Judged(case, turn, judge(turn, case.ways))


def table(found: Sequence[Judged]) -> str:
    """How many came to what, and how many of each kind."""
    ours = [one for one in found if not all(way.foreign for way in one.case.ways)]
    strange = [one for one in found if all(way.foreign for way in one.case.ways)]
    lines = [_counted("commands", ours)]
    if strange:
        lines.append(_counted("that are not ours", strange))
    kinds = sorted({one.case.kind for one in found})
    lines.append(f"{'':44}" + "".join(f"{v.value:>13}" for v in Verdict))
    for kind in kinds:
        of_it = Counter(one.verdict for one in found if one.case.kind == kind)
        lines.append(f"{kind[:43]:44}" + "".join(f"{of_it[v]:13}" for v in Verdict))
    return "\n".join(lines)


def _counted(what: str, found: Sequence[Judged]) -> str:
    counts = Counter(one.verdict for one in found)
    share = {v: f"{counts[v]} ({counts[v] / max(1, len(found)):.1%})" for v in Verdict}
    return f"{len(found)} {what}: " + ", ".join(f"{v} {share[v]}" for v in Verdict)


def _json(found: Sequence[Judged]) -> str:
    rows = [
        {
            "text": one.case.text[:200],
            "before": list(one.case.before),
            "kind": one.case.kind,
            "verdict": one.verdict.value,
            "said": one.turn.said,
            "changes": list(map(str, one.turn.changes)),
            "why": one.turn.why,
        }
        for one in found
    ]
    return json.dumps(rows, indent=1, ensure_ascii=False)


WHAT = ("complaints", "paraphrases", "own", "compound")


def _chosen(
    what: str, given: Path | None, *, held_out: bool, ours: bool, more: bool
) -> Iterator[Case]:
    if what == "own":
        return own()
    if what == "compound":
        return compound(held_out=held_out, ours=ours, more=more)
    if given is None:
        raise UsageError(
            f"`{what}` needs the text that it is made of", hint="see `--help`"
        )
    return complaints(given) if what == "complaints" else paraphrased(given)


def main() -> None:
    """Read the arguments, type, judge, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=WHAT)
    parser.add_argument("cases", type=Path, nargs="?", help="file or folder of text")
    parser.add_argument("--json", action="store_true", help="every case as JSON")
    parser.add_argument("--all", action="store_true", help="list what was right too")
    parser.add_argument("--held-out", action="store_true", help="of `compound`")
    parser.add_argument("--own", action="store_true", help="the same")
    parser.add_argument("--more", action="store_true", help="the same")
    parser.add_argument("--model", default=MODEL, help="a name, a folder, or none")
    asked = parser.parse_args()
    try:
        held_out, ours = asked.held_out, asked.own
        more = asked.more
        chosen = _chosen(
            asked.what, asked.cases, held_out=held_out, ours=ours, more=more
        )
        found = list(run_cases(chosen, asked.model))
    except VoiceAgentError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(error.exit_code) from None
    if asked.json and not asked.held_out:
        print(_json(found))
        return
    for one in found if not asked.held_out else ():
        if asked.all or one.verdict is not Verdict.RIGHT:
            print(one.line())
    print(table(found))


if __name__ == "__main__":
    main()
