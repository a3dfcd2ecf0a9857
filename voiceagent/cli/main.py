"""The command line: `voiceagent COMMAND`.

Exit codes: 0 ok, 1 a check failed or something broke, 2 usage, 3 something is missing.
Results go to stdout, everything else to stderr.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterable, Mapping
from io import StringIO
from typing import TYPE_CHECKING

from voiceagent import __version__
from voiceagent.cli.collector import loading
from voiceagent.errors import VoiceAgentError
from voiceagent.errors.foreign import words_of_others
from voiceagent.errors.uncaught import uncaught_as_text

if TYPE_CHECKING:
    from typer import Typer

__all__ = ["COMMANDS", "command_line", "main"]

COMMANDS: Mapping[str, str] = {
    "listen": "listen:listen",
    "demo": "demo:demo",
    "ask": "ask:ask",
    "say": "ask:say",
    "replay": "replay:replay",
    "eval": "eval:app",
    "serve": "serve:serve",
    "token": "token:app",
    "gateway": "gateway:app",
    "bench": "bench:bench",
    "doctor": "doctor:doctor",
    "models": "models:app",
    "pack": "pack:app",
    "house": "house:app",
    "plugins": "plugins:plugins",
    "memory": "memory:app",
    "state": "state:app",
    "privacy": "privacy:app",
    "cost": "cost:app",
    "plan": "plan:plan",
    "pop": "pop:app",
    "config": "config:app",
}
"""Every command: the module beside this one, and what stands for it there. A module is
imported when its command is called."""
ABOUT = "A voice agent whose ears, reflexes and deadlines live on the edge."


def command_line(names: Iterable[str] = COMMANDS) -> Typer:
    """The command line with these commands."""
    import typer

    from voiceagent.cli.options import options

    app = typer.Typer(
        name="voiceagent",
        help=ABOUT,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(help=ABOUT)(options)
    for name in names:
        module, _, attribute = COMMANDS[name].partition(":")
        found = getattr(importlib.import_module(f"voiceagent.cli.{module}"), attribute)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name)
        else:
            app.command(name)(found)
    return app


def main() -> None:
    """Run the command line and turn errors into words and exit codes."""
    words = sys.argv[1:]
    if words == ["--version"]:
        sys.stdout.write(f"voiceagent {__version__}\n")
        return
    loading()
    uncaught_as_text()
    try:
        sys.exit(command_line(_wanted(words))(standalone_mode=False))
    except VoiceAgentError as error:
        sys.stderr.write(words_of_others(f"error: {error}\n"))
        sys.exit(error.exit_code)
    except Exception as error:
        sys.exit(_not_understood(error))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # The reader of a pipe went away (`| head`): not an error of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def _not_understood(error: Exception) -> int:
    """What is wrong with the line that was typed: it may hold names of files, which
    others have given. Everything else is raised again."""
    from typer import Abort

    if isinstance(error, Abort):
        sys.stderr.write("Aborted!\n")
        return 1
    show, code = getattr(error, "show", None), getattr(error, "exit_code", None)
    if show is None or not isinstance(code, int):
        raise error
    told = StringIO()
    show(file=told)
    sys.stderr.write(words_of_others(told.getvalue()))
    return code


def _wanted(words: list[str]) -> Iterable[str]:
    """The command that is called; all of them where help or a wrong name is."""
    before: list[str] = []
    for word in words:
        if not word.startswith("-"):
            known = word in COMMANDS and not {"-h", "--help"} & {*before}
            return (word,) if known else COMMANDS
        before.append(word)
    return COMMANDS
