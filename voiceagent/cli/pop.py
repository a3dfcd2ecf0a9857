"""`voiceagent pop`: a process close to the user that says who should answer."""

from __future__ import annotations

from typing import Annotated

import typer

from voiceagent.cli.shared import (
    ConfigOption,
    JsonOption,
    PackOption,
    console,
    emit_json,
    tell,
    workshop,
)

__all__ = ["app"]

app = typer.Typer(help="A point of presence: sentences classified.")
PORT = 8771


@app.callback()
def about() -> None:
    """A process close to the user that says who should answer a sentence."""


@app.command()
def serve(
    host: Annotated[
        str, typer.Option(help="Address of this machine to listen on.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="0 for any that is free.")
    ] = PORT,
    pack: PackOption = None,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Serve `POST /v1/route`: a sentence to its intent, and who should answer it."""
    from voiceagent.app.pop import make_pop, serve_until_stopped
    from voiceagent.clock import run

    pop = make_pop(workshop(config, pack), host)
    if pop.trouble is not None:
        tell(f"{pop.trouble.what}: {pop.trouble.why}")

    def ready(url: str) -> None:
        model = pop.classifier.model
        if json:
            emit_json({"ready": True, "url": url, "model": model})
        else:
            told = model or "templates alone"
            console().print(f"listening on {url} ({told})", markup=False)

    run(serve_until_stopped(pop, host, port, ready))
