"""`voiceagent pack`: check, sample, compile, try and train a domain of your own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from voiceagent.cli.shared import (
    ConfigOption,
    JsonOption,
    configure,
    console,
    emit_json,
    pack_path,
)
from voiceagent.errors import CheckFailed, StoreError
from voiceagent.errors.lines import here

if TYPE_CHECKING:
    from voiceagent.authoring.check import Finding
    from voiceagent.skills.packs.pack import Pack

__all__ = ["app"]

app = typer.Typer(
    help="Check, sample, compile and train a domain of your own.", no_args_is_help=True
)

FolderArgument = Annotated[
    Path | None,
    typer.Argument(
        parser=pack_path,
        help="Folder of a pack, or the name of a shipped one.",
        metavar="[DIR]",
        show_default="home",
    ),
]
SkillOption = Annotated[
    list[Path] | None, typer.Option("--skill", help="Skill folder to add.")
]


@app.command("check")
def check(
    folder: FolderArgument = None,
    skill: SkillOption = None,
    json: JsonOption = False,
) -> None:
    """Name every error of a pack with file and line; exit 1 if there is one."""
    from voiceagent.authoring.check import check_pack
    from voiceagent.stt.dictionary import read_dictionary

    found = check_pack(folder, skill_folders=skill or (), lookup=read_dictionary().get)
    for finding in found:
        if json:
            emit_json(_plain(finding))
        else:
            console().print(_line(finding), markup=False, soft_wrap=True)
    errors = sum(not finding.note for finding in found)
    if errors:
        what = "1 error" if errors == 1 else f"{errors} errors"
        raise CheckFailed(f"the pack has {what}", hint="mend them and check again")
    if not json:
        console().print("the pack is sound")


def _line(finding: Finding) -> str:
    place = f"{finding.file}" + (f":{finding.line}" if finding.line else "")
    kind = "note" if finding.note else "error"
    hint = f" ({here(finding.hint)})" if finding.hint else ""
    return f"{place}: {kind}: {finding.text}{hint}"


def _plain(finding: Finding) -> dict[str, Any]:
    return {
        "file": str(finding.file),
        "line": finding.line,
        "kind": "note" if finding.note else "error",
        "text": finding.text,
        "hint": here(finding.hint),
    }


@app.command("sample")
def sample(
    folder: FolderArgument = None,
    count: Annotated[int, typer.Option(min=1, help="How many sentences.")] = 10,
    intent: Annotated[str | None, typer.Option(help="Of this intent only.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed, the same sentences.")] = 0,
    skill: SkillOption = None,
    json: JsonOption = False,
) -> None:
    """Print random sentences of a pack with their meaning."""
    from voiceagent.authoring.sampler import Sampler

    pack = _load(folder, skill)
    for drawn in Sampler(pack, seed=seed).draw(count, intent=intent):
        slots = dict(drawn.slots)
        if json:
            emit_json({"text": drawn.text, "intent": drawn.intent, "slots": slots})
            continue
        meant = " ".join([drawn.intent, *(f"{k}={v}" for k, v in slots.items())])
        console().print(f"{drawn.text}\n    {meant}", markup=False, soft_wrap=True)


@app.command("compile")
def compile_(
    folder: FolderArgument = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write the recogniser's network (FSG)."),
    ] = None,
    skill: SkillOption = None,
    json: JsonOption = False,
) -> None:
    """Compile the grammar of a pack and say how large and how hard it is."""
    from voiceagent.authoring.size import fsg_text, measure_grammar

    pack = _load(folder, skill)
    grammar, report = measure_grammar(pack)
    if output is not None:
        try:
            output.write_text(fsg_text(grammar, pack.name), encoding="utf-8")
        except OSError as error:
            hint = "give a file name in a folder that you may write to"
            what = f"`{output}` cannot be written"
            raise StoreError(what, cause=str(error), hint=hint) from error
    values = report.to_json()
    if json:
        emit_json({"pack": pack.name, **values})
        return
    values["sentences"] = f"10^{values.pop('sentences_log10')}"
    for key, value in values.items():
        console().print(f"{key.replace('_', ' '):20} {value}", markup=False)


@app.command("train")
def train(
    folder: FolderArgument = None,
    takes: Annotated[
        int, typer.Option(min=1, max=200, help="Sentences to learn each word from.")
    ] = 12,
    checks: Annotated[
        int, typer.Option(min=2, max=2000, help="Sentences to check with.")
    ] = 60,
    keep: Annotated[
        bool, typer.Option(help="Write what was learnt; else only tell.")
    ] = True,
    seed: Annotated[int, typer.Option(help="The same seed, the same sentences.")] = 0,
    skill: SkillOption = None,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Teach the recogniser the rare words of a pack, from synthetic voices.

    Learns how unknown words are said and how they are written, tries that on other
    voices and sentences, and keeps it in `learned.toml` if more is understood.
    """
    from voiceagent.authoring.train import TrainingPlan
    from voiceagent.cli.pack_train import run_training

    skills = [str(path) for path in skill] if skill else None
    settings = configure(config, folder, pack__skills=skills)
    plan = TrainingPlan(takes=takes, checks=checks, seed=seed)
    run_training(settings, plan, keep=keep, json=json)


@app.command("neighbours")
def neighbours(
    folder: FolderArgument = None,
    kind: Annotated[
        list[str] | None, typer.Option(help="Of this kind only; several may be given.")
    ] = None,
    count: Annotated[int, typer.Option(min=1, help="About how many sentences.")] = 400,
    seed: Annotated[int, typer.Option(help="The same seed, the same sentences.")] = 0,
    held_out: Annotated[
        bool, typer.Option("--held-out", help="The kinds that are counted, not shown.")
    ] = False,
    skill: SkillOption = None,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Type what lies beside a pack to it, and show what it would do wrongly.

    Unknown rooms, exceptions, denials, questions, reports, two commands in one,
    conditions, delays, signs, units, pronouns, halves of sentences. Nothing is done to
    a real house: each sentence has a world of its own.
    """
    from voiceagent.cli.pack_neighbours import run_neighbours

    skills = [str(path) for path in skill] if skill else None
    settings = configure(config, folder, pack__skills=skills)
    run_neighbours(
        settings, kind or (), count=count, seed=seed, held_out=held_out, json=json
    )


def _load(folder: Path | None, skills: list[Path] | None) -> Pack:
    from voiceagent.skills.packs.pack import load_pack

    return load_pack(folder, skill_folders=skills or ())
