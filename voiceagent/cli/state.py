"""`voiceagent state`: what is kept, in one file; put back; erased."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from voiceagent.cli.shared import (
    ConfigOption,
    JsonOption,
    configure,
    console,
    emit_json,
    tell,
)
from voiceagent.errors import StoreError, UsageError

__all__ = ["app"]

app = typer.Typer(help="What is kept on this device.", no_args_is_help=True)
ArchiveName = Annotated[Path, typer.Argument(help="The archive.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


@app.command()
def backup(
    file: ArchiveName,
    keys: Annotated[
        bool,
        typer.Option(
            "--keys",
            help="The keys too: whoever has them can sign receipts and open sessions.",
        ),
    ] = False,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Write timers, lists, costs, receipts and conversations into one file; agents may
    run meanwhile. The configuration and models are not in it."""
    from voiceagent.app.backup import backup as write_archive
    from voiceagent.app.state_files import StateFolders

    made = write_archive(StateFolders.of(configure(config)), file, keys=keys)
    if json:
        emit_json({"file": str(file), "keys": made.keys, "files": [*made.files]})
        return
    console().print(f"{file}: {', '.join(made.files)}", markup=False)
    if made.keys:
        tell("the keys are in it: keep it as you would keep them")
    else:
        tell("the keys are not in it; receipts can be checked beside them alone")


@app.command()
def restore(
    file: ArchiveName,
    yes: YesOption = False,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Put a backup in place of what is kept now, which is moved aside."""
    from voiceagent.app.restore import read_archive
    from voiceagent.app.restore import restore as put_back
    from voiceagent.app.state_files import StateFolders

    folders = StateFolders.of(configure(config))
    made, _ = read_archive(file, folders)
    _agreed(f"put back the state of {made.made} in {folders.device}?", yes)
    made, aside = put_back(file, folders)
    if json:
        emit_json({"restored": [*made.files], "aside": [str(path) for path in aside]})
        return
    console().print(f"restored {', '.join(made.files)}", markup=False)
    for path in aside:
        tell(f"what was there lies in {path}")


@app.command()
def erase(
    everything: Annotated[
        bool, typer.Option("--all", help="Timers, lists, receipts, costs, keys: all.")
    ] = False,
    yes: YesOption = False,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Delete all state of this device for good, what was moved aside included."""
    from voiceagent.app.restore import aside_folders
    from voiceagent.app.state_files import StateFolders, leftovers

    if not everything:
        raise UsageError(
            "it is not said what is to be erased",
            hint="all of it: `voiceagent state erase --all`; one conversation: "
            "`voiceagent memory erase NAME`",
        )
    folders = StateFolders.of(configure(config))
    files = [*(file.path for file in folders.files()), *leftovers(folders)]
    asides = aside_folders(folders)
    if not files and not asides:
        tell(f"there is no state in {folders.device}")
    else:
        names = ", ".join(path.name for path in (*files, *asides))
        _agreed(f"erase {names} in {folders.device} for good?", yes)
    _delete(files, asides)
    if json:
        emit_json({"erased": [str(path) for path in (*files, *asides)]})
    else:
        console().print(f"erased {len(files) + len(asides)} files", markup=False)


def _agreed(question: str, yes: bool) -> None:
    """Raises `UsageError` where nobody agrees."""
    if yes:
        return
    try:
        agreed = typer.confirm(question, err=True)
    except typer.Abort:
        agreed = False
    if not agreed:
        raise UsageError("nothing was changed", hint="agree, or say `--yes`")


def _delete(files: list[Path], folders: list[Path]) -> None:
    try:
        for path in files:
            path.unlink(missing_ok=True)
        for folder in folders:
            shutil.rmtree(folder)
    except OSError as error:
        raise StoreError(
            "not all of it could be erased",
            cause=str(error),
            hint="look at the rights of the folder, then do it again",
        ) from error
