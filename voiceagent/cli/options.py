"""What may stand before a command."""

from __future__ import annotations

from typing import Annotated

import typer

from voiceagent import __version__

__all__ = ["options"]

WORDY = ("websockets", "httpcore", "nats")
"""Libraries that log all they send and receive: what was said stands in that."""


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"voiceagent {__version__}")
        raise typer.Exit


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

    from voiceagent.cli.plain_log import PlainLines

    level = logging.DEBUG if verbose else logging.WARNING
    handler = logging.StreamHandler()
    handler.setFormatter(PlainLines("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[handler])
    logging.getLogger("asyncio").setLevel(logging.WARNING)
    for name in WORDY:
        logging.getLogger(name).setLevel(max(level, logging.INFO))
