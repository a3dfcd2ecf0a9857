"""What `voiceagent pack train` does and shows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceagent.commands.evaluate import counter
from voiceagent.commands.shared import console, emit_json
from voiceagent.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    from voiceagent.app import Workshop
    from voiceagent.config import Config
    from voiceagent.evaluation.commands import Recognise
    from voiceagent.pack import Pack
    from voiceagent.packing.sampler import Sample
    from voiceagent.packing.train import Plan, Trained, Trial

__all__ = ["run_training"]


def run_training(settings: Config, plan: Plan, *, keep: bool, json: bool) -> None:
    """Train the configured pack, write what is worth it, tell what came of it."""
    from voiceagent.app import Workshop
    from voiceagent.clock import perf
    from voiceagent.dictionary import read_dictionary
    from voiceagent.learned import write_learned
    from voiceagent.pack import load_pack
    from voiceagent.pack_files import find_pack
    from voiceagent.packing.train import train_pack

    if settings.stt.engine != "pocketsphinx":
        raise ConfigError(
            f"a pack cannot be trained for the recogniser `{settings.stt.engine}`",
            hint='set `stt.engine = "pocketsphinx"`',
        )
    started = perf()
    named = Path(settings.pack.folder) if settings.pack.folder else None
    skills = [Path(path) for path in settings.pack.skills]
    pack = load_pack(named, skill_folders=skills, learned=False)
    shop = Workshop(settings, pack=pack)
    trained = train_pack(
        pack,
        shop.grammar.vocabulary,
        shop.classroom,
        _maker(settings),
        known=read_dictionary().__contains__,
        others=_others(shop, pack, plan.checks),
        plan=plan,
        progress=_progress(),
    )
    file = None
    if keep and trained.learned:
        file = write_learned(find_pack(named), trained.learned)
    result = _plain(trained, pack.name) | {
        "file": str(file) if file else None,
        "seconds": round(perf() - started, 1),
    }
    if json:
        emit_json(result)
    else:
        _tell(trained, result)


def _maker(settings: Config) -> Callable[[Pack], Recognise]:
    from voiceagent.app import Workshop

    return lambda pack: Workshop(settings, pack=pack).recognise


def _others(shop: Workshop, pack: Pack, count: int) -> list[Sample]:
    """Sentences of the shipped packs that the pack in question does not understand."""
    from voiceagent.pack import load_pack
    from voiceagent.pack_files import SHIPPED, shipped_packs
    from voiceagent.packing.train import foreign_sentences

    packs = [load_pack(SHIPPED / name) for name in shipped_packs() if name != pack.name]
    return foreign_sentences(
        packs, lambda text: shop.parser.parse(text) is not None, count
    )


def _progress() -> Callable[[str, int, int], None]:
    shown: dict[str, Callable[[int, int], None]] = {}

    def tell(what: str, done: int, total: int) -> None:
        if what not in shown:
            shown[what] = counter(what)
        shown[what](done, total)

    return tell


def _plain(trained: Trained, name: str) -> dict[str, Any]:
    return {
        "pack": name,
        "studied": list(trained.words),
        "said": dict(trained.learned.pronunciations),
        "written": dict(trained.learned.spellings),
        "before": trained.before.to_json(),
        "after": trained.after.to_json(),
        "still_hard": list(trained.still_hard),
    }


def _tell(trained: Trained, result: dict[str, Any]) -> None:
    screen = console()
    before, after = trained.before, trained.after
    rows = [
        ("understood", before.right, after.right, before.sentences),
        ("asked about", before.asked, after.asked, before.sentences),
        ("not understood", before.refused, after.refused, before.sentences),
        ("something else done", before.wrong, after.wrong, before.sentences),
        ("acted on, though foreign", *_foreign(before, after), before.foreign),
    ]
    screen.print(f"{len(trained.words)} rare words studied; in other voices, of all:")
    for what, then, now, total in rows:
        screen.print(f"  {what:26} {then:4} ->{now:4}  of {total}", markup=False)
    if trained.still_hard:
        words = ", ".join(trained.still_hard)
        screen.print(
            f"still hard: {words}\n  (give them other names in the lists, or write how "
            "they are said into pronunciations.toml)",
            markup=False,
        )
    kept = result["file"] and f"kept in {result['file']}"
    nothing = "nothing was kept: more would not be understood"
    unwritten = "not written" if trained.learned else nothing
    screen.print(f"{kept or unwritten} ({result['seconds']:g} s)", markup=False)


def _foreign(before: Trial, after: Trial) -> tuple[int, int]:
    return before.foreign_acted, after.foreign_acted
