"""The command line: `voiceagent COMMAND`.

Exit codes: 0 ok, 1 a check failed or something broke, 2 usage, 3 something is missing.
Results go to stdout, everything else to stderr.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from voiceagent import __version__
from voiceagent.cli import (
    ask,
    bench,
    cost,
    demo,
    doctor,
    listen,
    memory,
    models,
    pack,
    privacy,
    replay,
    serve,
)
from voiceagent.cli import (
    config as configuration,
)
from voiceagent.cli import (
    eval as evaluate,
)
from voiceagent.errors import VoiceAgentError

__all__ = ["app", "main"]

app = typer.Typer(
    name="voiceagent",
    help="A voice agent whose ears, reflexes and deadlines live on the edge.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("listen")(listen.listen)
app.command("demo")(demo.demo)
app.command("ask")(ask.ask)
app.command("say")(ask.say)
app.command("replay")(replay.replay)
app.add_typer(evaluate.app, name="eval")
app.command("serve")(serve.serve)
app.command("token")(serve.token)
app.command("bench")(bench.bench)
app.command("doctor")(doctor.doctor)
app.add_typer(models.app, name="models")
app.add_typer(pack.app, name="pack")
app.add_typer(memory.app, name="memory")
app.add_typer(privacy.app, name="privacy")
app.add_typer(cost.app, name="cost")
app.add_typer(configuration.app, name="config")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"voiceagent {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True)
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Log what happens inside.")
    ] = False,
) -> None:
    """A voice agent whose ears, reflexes and deadlines live on the edge."""
    import logging

    level = logging.DEBUG if verbose else logging.WARNING
    logging.basicConfig(level=level, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("asyncio").setLevel(logging.WARNING)


def main() -> None:
    """Run the command line and turn errors into words and exit codes."""
    try:
        app(standalone_mode=True)
    except VoiceAgentError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # The reader of a pipe went away (`| head`): not an error of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
