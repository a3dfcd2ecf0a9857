"""A token goes over no network as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from voiceagent.app.config import load_config
from voiceagent.app.connect import connect_to
from voiceagent.door.admission import in_the_clear
from voiceagent.errors import ConfigError
from voiceagent.realtime.target import Target
from voiceagent.routing.config import RegionConfig

pytestmark = pytest.mark.unit
TOKEN = {
    "region.url": "VOICEAGENT_REGION_TOKEN",
    "region.backup_url": "VOICEAGENT_BACKUP_TOKEN",
    "upstream.url": "KEY",
}
OPEN = [
    *("ws://a/v1", "ws://192.168.1.4:8765/v1/realtime", "WS://EXAMPLE.ORG"),
    *("http://127.0.0.1@example.org/v1", "http://localhost.example.org", "ws://[::2]/"),
    *("ws://0.0.0.0:1/", "ws://"),
]
SAFE = [
    *("wss://a/v1", "https://example.org", "ws://127.0.0.1:8765", "ws://[::1]:1/"),
    *("http://localhost:8000/v1", "sim://ok", "ws://127.3.2.1/", "", "ws://["),
]


@pytest.mark.parametrize("url", OPEN)
def test_what_can_be_read_on_its_way(url: str) -> None:
    assert in_the_clear(url)


@pytest.mark.parametrize("url", SAFE)
def test_what_cannot(url: str) -> None:
    assert not in_the_clear(url)


@pytest.mark.parametrize("key", TOKEN)
def test_an_address_with_a_token_needs_encryption(key: str, tmp_path: Path) -> None:
    scheme = "http" if key.startswith("upstream") else "ws"
    flags = {key: f"{scheme}://example.org/v1", "upstream.key_env": "KEY"}
    if key == "region.backup_url":
        flags["region.url"] = "wss://example.org/v1"
    environ = {"HOME": str(tmp_path)}
    load_config(environ=environ, flags=flags, folder=tmp_path)
    with pytest.raises(ConfigError, match="in the clear") as caught:
        load_config(
            environ=environ | {TOKEN[key]: "hush"}, flags=flags, folder=tmp_path
        )
    assert "hush" not in str(caught.value)


def test_a_password_in_an_address_is_one_too(tmp_path: Path) -> None:
    for key in TOKEN:
        flags = {"region.url": "sim://ok", key: "http://me:hush@example.org/v1"}
        environ = {"HOME": str(tmp_path)}
        with pytest.raises(ConfigError, match="in the clear") as caught:
            load_config(environ=environ, flags=flags, folder=tmp_path)
        assert "hush" not in str(caught.value)


def test_so_does_whoever_connects_without_a_configuration() -> None:
    target = Target(name="region", url="ws://example.org/v1", token="hush")
    with pytest.raises(ConfigError, match="in the clear"):
        connect_to(target, RegionConfig(), lambda event: None)
