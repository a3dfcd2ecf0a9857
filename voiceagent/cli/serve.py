"""`voiceagent serve`: the regional tier."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from voiceagent.cli.shared import (
    ConfigOption,
    JsonOption,
    console,
    emit_json,
    errors,
    tell_troubles,
    workshop,
)
from voiceagent.errors.lines import here

__all__ = ["serve"]

KNOWS_NOTHING = (
    "notice: this region knows nothing: it has no documents to answer from\n"
    "hint: `voiceagent serve --documents FOLDER`, or set `knowledge.folders`"
)


def serve(
    documents: Annotated[
        list[Path] | None,
        typer.Option(help="A folder of documents to answer from; may be given again."),
    ] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65_535, help="0 for any that is free.")
    ] = None,
    region: Annotated[str | None, typer.Option(help="Name of this region.")] = None,
    backend: Annotated[
        str | None, typer.Option(help="knowledge, chat or llama.")
    ] = None,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Serve the regional tier: Realtime over websockets, health and metrics."""
    from voiceagent.app.region_server import make_region, serve_until_signalled
    from voiceagent.clock import run

    shop = workshop(
        config,
        serve__host=host,
        serve__port=port,
        serve__region=region,
        serve__backend=backend,
    )
    server, knowledge = make_region(shop, documents or [])
    tell_troubles(server.services.memory.troubles())
    library = knowledge.library
    for name, why in library.skipped:
        errors().print(f"skipped {name}: {why}", markup=False)
    if not library.documents and shop.config.serve.backend == "knowledge":
        errors().print(here(KNOWS_NOTHING), markup=False)
    documented, passages = library.documents, len(library.passages)

    def ready(url: str) -> None:
        if json:
            emit_json(
                {
                    "ready": True,
                    "url": url,
                    "region": server.config.region,
                    "documents": documented,
                    "passages": passages,
                }
            )
            return
        about = f"region {server.config.region}, {server.services.backend.name}"
        known = f"{documented} documents, {passages} passages"
        console().print(f"listening on {url} ({about}, {known})", markup=False)

    run(serve_until_signalled(server, ready))
