"""`voiceagent serve` and `voiceagent token`: the regional tier and who may use it."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated

import typer

from voiceagent.cli.shared import (
    ConfigOption,
    JsonOption,
    configure,
    console,
    emit_json,
    errors,
    tell_troubles,
    workshop,
)
from voiceagent.errors import ConfigError
from voiceagent.errors.lines import here

__all__ = ["serve", "token"]

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


def token(
    region: Annotated[
        str | None, typer.Option(help="The region that it is for.")
    ] = None,
    ttl: Annotated[float, typer.Option(help="Seconds that it holds.")] = 3600.0,
    subject: Annotated[
        str,
        typer.Option(help="Who will use it: one name a device, another by default."),
    ] = "",
    certificates: Annotated[
        Path | None,
        typer.Option(help="Make certificates for the region in this folder instead."),
    ] = None,
    host: Annotated[
        str, typer.Option(help="Name or address of the server, for its certificate.")
    ] = "127.0.0.1",
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Print a bearer token for the region, or make certificates that prove it."""
    from voiceagent.door.tls import make_certificates
    from voiceagent.door.tokens import Tokens, secret_of

    serve_config = configure(config, serve__region=region).serve
    if certificates is not None:
        made = make_certificates(certificates, serve_config.region, host)
        if json:
            emit_json({kind: str(path) for kind, path in made.items()})
            return
        for kind, path in made.items():
            console().print(f"{kind}: {path}", markup=False)
        return
    secret = secret_of(serve_config.secret_env)
    if secret is None:
        raise ConfigError(
            f"`{serve_config.secret_env}` is not set",
            cause="a token is signed with the secret of the region",
            hint=f"export {serve_config.secret_env}=$(openssl rand -hex 32)",
        )
    subject = subject or f"edge-{secrets.token_hex(4)}"
    issued = Tokens(secret, serve_config.region).issue(ttl, subject=subject)
    if json:
        emit_json({"token": issued, "seconds": ttl, "subject": subject})
    else:
        console().print(issued, markup=False, soft_wrap=True)
