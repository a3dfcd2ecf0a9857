"""What `voiceagent pack train` does and shows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceagent.cli.eval import counter
from voiceagent.cli.shared import console, emit_json
from voiceagent.errors import ConfigError
from voiceagent.errors.lines import here

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from voiceagent.app.config import Config
    from voiceagent.app.workshop import Workshop
    from voiceagent.authoring.train import Trained, TrainingPlan
    from voiceagent.evaluation.commands import RecogniseCommand
    from voiceagent.skills.packs.pack import Pack
    from voiceagent.skills.packs.takes import Sample

__all__ = ["run_training"]


def run_training(
    settings: Config, plan: TrainingPlan, *, keep: bool, json: bool
) -> None:
    """Train the configured pack, write what is worth it, tell what came of it."""
    from voiceagent.app.workshop import Workshop
    from voiceagent.authoring.train import train_pack
    from voiceagent.clock import perf
    from voiceagent.skills.packs.learned import LEARNED, check_writable, write_learned
    from voiceagent.skills.packs.pack import load_pack
    from voiceagent.skills.packs.places import SHIPPED, find_pack
    from voiceagent.stt.dictionary import read_dictionary

    if settings.stt.engine != "pocketsphinx":
        raise ConfigError(
            f"a pack cannot be trained for the recogniser `{settings.stt.engine}`",
            hint='set `stt.engine = "pocketsphinx"`',
        )
    started = perf()
    named = Path(settings.pack.folder) if settings.pack.folder else None
    skills = [Path(path) for path in settings.pack.skills]
    pack = load_pack(named, skill_folders=skills, learned=False)
    folder, file = find_pack(named), None
    keep = keep and folder.parent != SHIPPED
    if keep:
        check_writable(folder)  # minutes of work come before it is written
    shop = Workshop(settings, pack=pack)
    classroom = shop.engines.classroom()
    trained = train_pack(
        pack,
        shop.language.grammar.vocabulary,
        classroom,
        _maker(settings),
        known=read_dictionary().__contains__,
        others=_others(shop, pack, plan.checks),
        plan=plan,
        progress=_progress(),
    )
    former = folder / LEARNED
    if keep and trained.learned:
        file = write_learned(folder, trained.learned)
    result = _plain(trained, pack.name) | {
        "voices": [voice.name for voice in classroom.speakers],
        "checked_with": [voice.name for voice in classroom.strangers],
        "second": classroom.written is not None,
        "file": str(file) if file else None,
        "former": str(former) if former.exists() and not file else None,
        "seconds": round(perf() - started, 1),
    }
    if json:
        emit_json(result)
    else:
        _tell(trained, result)


def _maker(settings: Config) -> Callable[[Pack], RecogniseCommand]:
    from voiceagent.app.workshop import Workshop

    return lambda pack: Workshop(settings, pack=pack).recognise


def _others(shop: Workshop, pack: Pack, count: int) -> list[Sample]:
    """Sentences of the shipped packs that the pack in question does not understand."""
    from voiceagent.authoring.train import foreign_sentences
    from voiceagent.skills.packs.pack import load_pack
    from voiceagent.skills.packs.places import SHIPPED, shipped_packs

    packs = [load_pack(SHIPPED / name) for name in shipped_packs() if name != pack.name]
    return foreign_sentences(
        packs, lambda text: shop.language.parser.parse(text) is not None, count
    )


def _progress() -> Callable[[str, int, int], None]:
    shown: dict[str, Callable[[int, int], None]] = {}

    def tell(what: str, done: int, total: int) -> None:
        if what not in shown:
            shown[what] = counter(what, piped=True)
        shown[what](done, total)
        if done >= total:
            del shown[what]  # it may be done once more

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
        "failed": list(trained.failed),
    }


def _tell(trained: Trained, result: dict[str, Any]) -> None:
    screen = console()
    before, after = trained.before, trained.after
    rows = [
        ("understood", before.right, after.right, before.sentences),
        ("asked about", before.asked, after.asked, before.sentences),
        ("not understood", before.refused, after.refused, before.sentences),
        ("something else done", before.wrong, after.wrong, before.sentences),
        (
            "acted on, though foreign",
            before.foreign_acted,
            after.foreign_acted,
            before.foreign,
        ),
    ]
    studied, voices = len(trained.words), len(result["voices"])
    screen.print(f"{studied} rare words studied in {voices} voices; in other voices:")
    for what, then, now, total in rows:
        screen.print(f"  {what:26} {then:4} ->{now:4}  of {total}", markup=False)
    for line in _notes(trained, result):
        screen.print(here(line), markup=False)


def _notes(trained: Trained, result: dict[str, Any]) -> Iterator[str]:
    if trained.failed:
        yield f"voices that did not speak: {', '.join(trained.failed)}"
    if not result["second"]:
        yield (
            "no second recogniser: only how words are said could be learnt\n"
            "  (run `pip install 'voiceagent[moonshine]'`)"
        )
    if trained.still_hard:
        yield (
            f"still hard: {', '.join(trained.still_hard)}\n  (give them other names in "
            "the lists, or write how they are said into pronunciations.toml)"
        )
    if result["file"]:
        kept = f"kept in {result['file']}"
    elif trained.learned:
        kept = "not kept: `--no-keep`, or a pack that is shipped (copy it, train that)"
    else:
        kept = "nothing kept: what was learnt would not bring more"
        if result["former"]:
            kept += f"; {result['former']} of before is left as it is"
    yield f"{kept} ({result['seconds']:g} s)"
