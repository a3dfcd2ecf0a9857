"""Tokens are taken back, and secrets and certificates change, while sessions go on."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Mapping
from pathlib import Path

import pytest
from regions import SECRET, region, until
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from voiceagent.clock import run, wall
from voiceagent.door.keyring import Keyring, read_secrets, rotate
from voiceagent.door.register import Revoked, TokenEntry, TokenRegister
from voiceagent.door.tls import (
    client_context,
    make_certificates,
    read_again,
    server_context,
)
from voiceagent.door.tokens import Tokens
from voiceagent.door.watched import Watched, look_at
from voiceagent.region.config import ServeConfig


def header(token: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def cleared(socket: ClientConnection) -> None:
    await socket.send('{"type": "input_audio_buffer.clear"}')
    while "cleared" not in str(await socket.recv()):
        pass


def test_a_token_that_is_taken_back_ends_its_sessions_and_opens_none(
    tmp_path: Path,
) -> None:
    register, revoked = TokenRegister(tmp_path), Revoked()
    tokens, at = Tokens(SECRET, "local"), wall().timestamp()
    for name in ("bad", "good"):
        register.add(
            TokenEntry(id=name, subject=name, region="r", issued=at, ends=at + 60)
        )
    watched = Watched("tokens", [register.path], lambda: register.update(revoked))

    async def main() -> None:
        async with region(token_secret=SECRET, watched=[watched], revoked=revoked) as (
            url,
            server,
        ):
            bad = header(tokens.issue(60, subject="me", token_id="bad"))
            good = header(tokens.issue(60, subject="me", token_id="good"))
            cut = await connect(f"{url}?voiceagent=1", additional_headers=bad)
            await cut.recv()
            cut.transport.abort()
            await until(lambda: server.sessions.held("me") == (0, 1))
            async with (
                connect(url, additional_headers=bad) as one,
                connect(url, additional_headers=good) as other,
            ):
                register.revoke("bad")
                server.door.again()
                told = []
                with pytest.raises(ConnectionClosed) as closed:
                    while True:
                        told.append(json.loads(await one.recv()))
                assert told[-1]["error"]["code"] == "token_revoked"
                assert closed.value.rcvd is not None
                assert closed.value.rcvd.code == 1008
                await until(lambda: server.sessions.held("me") == (1, 0))
                with pytest.raises(InvalidStatus) as refused:
                    await connect(url, additional_headers=bad)
                assert "revoked" in refused.value.response.body.decode()
                await cleared(other)

    run(main())


def test_a_secret_changes_and_no_session_ends(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    rotate(file)
    ring = Keyring(*read_secrets(file))
    watched = Watched("secrets", [file], lambda: ring.change(read_secrets(file)))

    async def main() -> None:
        async with region(token_secret=ring, watched=[watched]) as (url, server):
            old = header(Tokens(ring, "local").issue(60))
            async with connect(url, additional_headers=old) as before:
                rotate(file)
                await asyncio.to_thread(look_at, [watched])
                new = header(Tokens(ring, "local").issue(60))
                for both in (old, new):
                    async with connect(url, additional_headers=both) as socket:
                        await cleared(socket)
                rotate(file, drop=True)
                server.door.again()
                with pytest.raises(InvalidStatus):
                    await connect(url, additional_headers=old)
                file.write_text("broken")
                server.door.again()
                assert "secrets" in server._trouble()
                async with connect(url, additional_headers=new) as socket:
                    await cleared(socket)
                await cleared(before)

    run(main())


def test_a_certificate_changes_and_no_session_ends(tmp_path: Path) -> None:
    made = make_certificates(tmp_path / "one", "local", "127.0.0.1")
    other = make_certificates(tmp_path / "two", "local", "127.0.0.1")
    server_file = str(made["server"])
    context = server_context(server_file)
    watched = Watched(
        "certificate", [made["server"]], lambda: read_again(context, server_file, "")
    )
    old, new = (client_context(str(pki["authority"])) for pki in (made, other))

    async def main() -> None:
        async with region(tls=context, watched=[watched]) as (url, server):
            async with connect(url, ssl=old) as before:
                made["server"].write_bytes(other["server"].read_bytes())
                server.door.again()
                async with connect(url, ssl=new) as socket:
                    await cleared(socket)
                with pytest.raises(ssl.SSLError):
                    await connect(url, ssl=old)
                made["server"].write_text("half")
                server.door.again()
                assert "certificate" in server._trouble()
                async with connect(url, ssl=new) as socket:
                    await cleared(socket)
                await cleared(before)

    run(main())


@pytest.mark.parametrize("which", ["device", "server", "plain"])
def test_a_certificate_proves_a_device_only_if_it_was_made_for_one(
    which: str, tmp_path: Path
) -> None:
    made = make_certificates(tmp_path, "local", "127.0.0.1")
    authority = str(made["authority"])
    context = server_context(str(made["server"]), authority)
    config = ServeConfig(port=0, client_ca=authority)
    shown = made["device"] if which == "device" else made["server"]

    async def main() -> None:
        async with region(config=config, tls=context) as (url, _):
            how = client_context(authority, str(shown))
            if which == "plain":
                how = client_context(authority)
            if which == "device":
                async with connect(url, ssl=how) as socket:
                    await cleared(socket)
                return
            with pytest.raises((ssl.SSLError, OSError, EOFError, Exception)) as error:
                await connect(url, ssl=how)
            assert not isinstance(error.value, AssertionError)

    run(main())
