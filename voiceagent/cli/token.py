"""`voiceagent token`: who may use the regional tier, and for how long."""

from __future__ import annotations

import secrets
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voiceagent.cli.shared import (
    ConfigOption,
    JsonOption,
    configure,
    console,
    emit_json,
    errors,
)
from voiceagent.errors import ConfigError, StoreError, TokenError, UsageError

if TYPE_CHECKING:
    from voiceagent.app.config import Config
    from voiceagent.door.register import TokenEntry, TokenRegister
    from voiceagent.door.tokens import Tokens
    from voiceagent.region.config import ServeConfig

__all__ = ["app"]

app = typer.Typer(
    help="Tokens for the region: made, listed, taken back; certificates that prove it.",
    invoke_without_command=True,
)
RegionNamed = Annotated[str | None, typer.Option(help="The region that it is for.")]


@app.callback()
def token(
    context: typer.Context,
    region: RegionNamed = None,
    ttl: Annotated[float, typer.Option(help="Seconds that it holds.")] = 3600.0,
    subject: Annotated[
        str,
        typer.Option(help="Who will use it: one name a device, another by default."),
    ] = "",
    gateway: Annotated[
        bool, typer.Option("--gateway", help="For the gateway instead of the region.")
    ] = False,
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
    if context.invoked_subcommand is not None:
        return
    loaded = configure(config, serve__region=region)
    if certificates is not None:
        _certify(certificates, loaded.serve.region, host, json=json)
        return
    subject = subject or f"edge-{secrets.token_hex(4)}"
    _issue(loaded, ttl, subject, gateway=gateway, json=json)


@app.command(name="list")
def listed(json: JsonOption = False, config: ConfigOption = None) -> None:
    """Print the tokens that were given out here and have not ended."""
    found = _register(configure(config)).tokens()
    if not found and not json:
        errors().print("no token that was given out here still holds", soft_wrap=True)
    for one in found:
        until = datetime.fromtimestamp(one.ends, UTC)
        if json:
            emit_json(
                {
                    "id": one.id,
                    "subject": one.subject,
                    "region": one.region,
                    "until": until.isoformat(timespec="seconds"),
                    "revoked": one.revoked,
                }
            )
            continue
        state = "revoked" if one.revoked else f"until {until:%Y-%m-%d %H:%M} UTC"
        line = f"{one.id}  {one.subject}  {one.region}  {state}"
        console().print(line, markup=False, soft_wrap=True)


@app.command()
def revoke(
    token_id: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="Its id, or the token itself; `-` reads one of them from stdin.",
        ),
    ],
    region: RegionNamed = None,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Take a token back: its sessions on running servers end within two seconds."""
    loaded = configure(config, serve__region=region)
    wanted = sys.stdin.readline(65_536).strip() if token_id == "-" else token_id
    register = _register(loaded)
    if wanted.count(".") == 2:
        entry = _entry_of(wanted, loaded.serve)
        if entry.id not in {one.id for one in register.tokens()}:
            register.add(entry)
        wanted = entry.id
    entry = register.revoke(wanted)
    if json:
        emit_json({"id": entry.id, "subject": entry.subject, "revoked": True})
        return
    about = f"revoked {entry.id} ({entry.subject}), for all servers that keep "
    where = f"their state in {register.path.parent}"
    console().print(about + where, markup=False, soft_wrap=True)


@app.command()
def rotate(
    drop_old: Annotated[
        bool,
        typer.Option(
            "--drop-old", help="Believe none but the newest secret from now on."
        ),
    ] = False,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Put a new secret before the one in `serve.secret_file`; both are believed."""
    from voiceagent.door.keyring import rotate as turned

    file = configure(config).serve.secret_file
    if not file:
        raise ConfigError(
            "`serve.secret_file` is not set",
            cause="a secret of the environment cannot change while a server runs",
            hint="set it to a file that the server may read, such as "
            "/etc/voiceagent/tokens.secret",
        )
    path = Path(file).expanduser()
    count = turned(path, drop=drop_old)
    if json:
        emit_json({"file": str(path), "secrets": count})
        return
    told = "one secret" if count == 1 else "two secrets, the newest signs"
    console().print(f"{path}: {told}", markup=False, soft_wrap=True)


def _certify(folder: Path, region: str, host: str, *, json: bool) -> None:
    from voiceagent.door.tls import make_certificates

    made = make_certificates(folder, region, host)
    if json:
        emit_json({kind: str(path) for kind, path in made.items()})
        return
    for kind, path in made.items():
        console().print(f"{kind}: {path}", markup=False)


def _issue(
    config: Config, ttl: float, subject: str, *, gateway: bool, json: bool
) -> None:
    from voiceagent.clock import wall
    from voiceagent.door.register import TokenEntry
    from voiceagent.door.tokens import AUDIENCE, GATEWAY

    region, token_id = config.serve.region, secrets.token_hex(8)
    issued = _tokens(config.serve).issue(
        ttl,
        subject=subject,
        audience=GATEWAY if gateway else AUDIENCE,
        token_id=token_id,
    )
    at = wall().timestamp()
    entry = TokenEntry(
        id=token_id, subject=subject, region=region, issued=at, ends=at + ttl
    )
    try:
        _register(config).add(entry)
    except StoreError as error:
        # It holds all the same, and can be taken back by itself.
        told = f"notice: the token is in no list: {error.what}: {error.cause}"
        errors().print(told, markup=False)
    if json:
        emit_json({"token": issued, "id": token_id, "seconds": ttl, "subject": subject})
    else:
        console().print(issued, markup=False, soft_wrap=True)


def _entry_of(token: str, serve: ServeConfig) -> TokenEntry:
    from voiceagent.door.register import TokenEntry
    from voiceagent.door.tokens import AUDIENCE, GATEWAY

    tokens = _tokens(serve)
    try:
        try:
            claims = tokens.check(token, audience=GATEWAY)
        except TokenError:
            claims = tokens.check(token, audience=AUDIENCE)
    except TokenError as error:
        raise UsageError(
            "that is no token that holds here", cause=error.cause, hint=error.hint
        ) from error
    if not claims.get("jti"):
        raise UsageError(
            "that token has no id",
            cause="it was made by another program",
            hint="`voiceagent token rotate` ends it with its secret",
        )
    return TokenEntry(
        id=str(claims["jti"]),
        subject=str(claims["sub"]),
        region=str(claims["region"]),
        issued=float(claims["iat"]),
        ends=float(claims["exp"]),
    )


def _tokens(serve: ServeConfig) -> Tokens:
    from voiceagent.door.tokens import Tokens, keyring_of

    keys = keyring_of(serve.secret_file, serve.secret_env)
    if keys is None:
        raise ConfigError(
            f"`{serve.secret_env}` is not set",
            cause="a token is signed with the secret of the region",
            hint=f"export {serve.secret_env}=$(openssl rand -hex 32)",
        )
    return Tokens(keys, serve.region)


def _register(config: Config) -> TokenRegister:
    from voiceagent.app.region_server import home_of
    from voiceagent.door.register import TokenRegister

    return TokenRegister(home_of(config))
