"""Secrets are covered wherever they are shown; what is none stays as it is."""

from __future__ import annotations

import io
import json
import logging
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.cli.config import show
from voiceagent.cli.options import WORDY, options
from voiceagent.cli.plain_log import PlainLines
from voiceagent.errors import ConfigError
from voiceagent.errors.masking import masked, masked_values

pytestmark = pytest.mark.unit
SECRET = "s3cr3t-Value.9"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJlZGdlIn0.c2lnbmF0dXJl"
SHOWN = [
    "wss://edge:{}@region.example:8765/v1/realtime",
    "nats://{}@127.0.0.1:4222",
    "`https://name:{}@host/path?x=1` cannot be reached",
    "https://host/path?access_token={}&x=1",
    "https://host/path?a=b&api_key={}",
    "> Authorization: Bearer {}",
    "headers={{'Authorization': 'Bearer {}'}}",
    "(b'authorization', b'Basic {}')",
    'TEXT {{"type":"x","resume_token":"{}"}}',
    r"{{\"token\": \"{}\"}}",
    "{{'password': '{}'}}",
    "bearer {}",
]


@pytest.mark.parametrize("line", SHOWN)
def test_a_secret_is_covered_where_it_stands(line: str) -> None:
    told = masked(line.format(SECRET))
    assert SECRET not in told and "***" in told
    before, _, after = line.partition("{}")
    assert told.startswith(before.format()[:4]) and masked(told) == told


@given(st.text("abcdefghij0123456789-._~%+", min_size=4, max_size=60))
def test_whatever_the_password_is_made_of(secret: str) -> None:
    assert secret not in masked(f"wss://edge:{secret}@region.example/x").replace(
        "wss://edge:", ""
    ).replace("region.example/x", "")


@pytest.mark.parametrize(
    "text",
    [
        "`ws://127.0.0.1:8765/v1/realtime` is no address of a region",
        "the variable that holds the bearer token",
        "Basic settings are in the file",
        "write to a@example.org",
        "token 5 of 7: unknown word",
        "`$.region.token_env`: unknown",
        "key = 5",
        "pip install 'voiceagent[edge]'",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert masked(text) == text


def test_a_signed_token_and_values_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert masked(f"got {JWT} there") == "got *** there"
    monkeypatch.setenv("VOICEAGENT_REGION_TOKEN", "correct horse battery")
    monkeypatch.setenv("SSL_KEY", "/etc/key.pem")
    assert masked("x correct horse battery y") == "x *** y"
    assert masked("look at /etc/key.pem") == "look at /etc/key.pem"
    assert masked_values({"a": ["correct horse battery", 5, None]}) == {
        "a": ["***", 5, None]
    }


def test_long_lines_take_no_long_time() -> None:
    for text in ("a" * 200_000, "://" * 50_000, "'key" * 40_000, "?token" * 30_000):
        assert masked(text) == text


def test_errors_and_logs_are_covered() -> None:
    error = ConfigError(f"`wss://e:{SECRET}@h` is wrong", cause=f"Bearer {SECRET}")
    assert SECRET not in str(error)
    assert error.brief == "`wss://e:***@h` is wrong: Bearer ***"
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(PlainLines("%(message)s"))
    log = logging.Logger("test")
    log.addHandler(handler)
    try:
        raise ValueError(f"wss://e:{SECRET}@h")
    except ValueError:
        log.exception("headers: %s", {"authorization": f"Bearer {SECRET}"})
    assert SECRET not in out.getvalue()
    assert "ValueError: wss://e:***@h" in out.getvalue()


def test_what_libraries_send_is_logged_by_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(root, "level", root.level)
    options(verbose=True)
    (handler,) = root.handlers
    assert isinstance(handler.formatter, PlainLines)
    assert root.level == logging.DEBUG
    for name in (*WORDY, "websockets.server", "httpcore.connection"):
        assert not logging.getLogger(name).isEnabledFor(logging.DEBUG)
    assert logging.getLogger("voiceagent").isEnabledFor(logging.DEBUG)
    for name in WORDY:
        logging.getLogger(name).setLevel(logging.NOTSET)


def test_the_configuration_is_shown_without_secrets(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "own.toml"
    file.write_text(
        f'[upstream]\nurl = "https://me:{SECRET}@host/v1"\n'
        f'[memory]\nkind = "nats"\nurl = "nats://{SECRET}@h:4222"\n'
        f'[region]\nurl = "wss://e:{SECRET}@h/v1/realtime?token={SECRET}"\n'
    )
    show(config=file)
    show(config=file, json=True)
    out = capsys.readouterr().out
    assert SECRET not in out and "***@host/v1" in out
    assert json.loads(out.splitlines()[-1])["config"]["memory"]["kind"] == "nats"
