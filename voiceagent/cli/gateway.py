"""`voiceagent gateway`: tools of MCP servers at the edge, behind one endpoint."""

from __future__ import annotations

from typing import Annotated

import typer

from voiceagent.cli import gateway_looks as looks
from voiceagent.cli.gateway_budget import budget
from voiceagent.cli.shared import (
    ConfigOption,
    JsonOption,
    configure,
    console,
    emit_json,
    errors,
)
from voiceagent.errors.lines import here

__all__ = ["app"]

app = typer.Typer(
    help="Tools of MCP servers behind one endpoint: served, looked at, pinned.",
    no_args_is_help=True,
)
app.command()(looks.tools)
app.command()(looks.pin)
app.command()(looks.check)
app.command()(looks.audit)
app.command()(budget)

NO_POLICY = (
    "notice: nothing is allowed: there is no policy\n"
    "hint: set `gateway.policy` to a file of Cedar policies (docs/gateway.md)"
)
NO_SERVERS = (
    "notice: there are no servers behind it\n"
    "hint: add `[gateway.servers.NAME]` (docs/gateway.md)"
)


@app.command()
def serve(
    stdio: Annotated[
        bool, typer.Option("--stdio", help="For the program that starts it alone.")
    ] = False,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65_535, help="0 for any that is free.")
    ] = None,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Serve one MCP endpoint in front of the configured servers."""
    from voiceagent.app.gateway import make_gateway, serve_gateway
    from voiceagent.clock import run

    loaded = configure(config, gateway__host=host, gateway__port=port)
    gateway = make_gateway(loaded, proved=not stdio)
    from voiceagent.gateway.server import quiet

    quiet()
    if not loaded.gateway.servers:
        errors().print(here(NO_SERVERS), markup=False)
    elif not loaded.gateway.policy:
        errors().print(here(NO_POLICY), markup=False)
    if stdio:
        return run(gateway.serve_stdio())

    def ready(url: str) -> None:
        state = gateway.catalogue.state
        if json:
            emit_json(
                {
                    "ready": True,
                    "url": url,
                    "tools": len(state.tools),
                    "held_back": len(state.held_back),
                }
            )
            return
        told = f"{len(state.tools)} tools, {len(state.held_back)} held back"
        console().print(f"listening on {url} ({told})", markup=False)

    run(serve_gateway(gateway, loaded.gateway.host, loaded.gateway.port, ready))
