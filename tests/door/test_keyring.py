"""Secrets change while tokens of the old one are in use."""

from __future__ import annotations

from pathlib import Path

import pytest

from voiceagent.door.keyring import Keyring, read_secrets, rotate
from voiceagent.door.tokens import AUDIENCE, Tokens, load_jwt
from voiceagent.errors import ConfigError, TokenError

ONE, TWO, THREE = (name * 32 for name in (b"1", b"2", b"3"))


def test_two_at_once_then_one(tmp_path: Path) -> None:
    file = tmp_path / "state" / "tokens.secret"
    assert rotate(file) == 1
    ring = Keyring(*read_secrets(file))
    door, resumes = Tokens(ring, "eu"), Tokens(ring, "eu", ever=True)
    old = door.issue(60)
    assert rotate(file) == 2
    ring.change(read_secrets(file))
    new = door.issue(60)
    assert door.check(old) and door.check(new)
    assert Tokens(read_secrets(file)[0], "eu").check(new)
    assert rotate(file, drop=True) == 1
    ring.change(read_secrets(file))
    assert door.check(new)
    with pytest.raises(TokenError, match="signature is wrong"):
        door.check(old)
    assert resumes.check(old), "a session of before is gone on with"
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "0 of them"),
        ("# nothing\n\n", "0 of them"),
        ("short\n", "5 bytes"),
        ("\n".join("x" * 40 for _ in range(5)), "5 of them"),
    ],
)
def test_what_is_no_secret_is_refused(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "secrets"
    file.write_text(text)
    with pytest.raises(ConfigError, match=why):
        read_secrets(file)
    with pytest.raises(ConfigError):
        read_secrets(tmp_path)
    with pytest.raises(ConfigError):
        rotate(tmp_path / "none", drop=True)


def test_remarks_and_spaces_are_none_of_it(tmp_path: Path) -> None:
    file = tmp_path / "secrets"
    file.write_bytes(b"# the newest\n " + ONE + b" \r\n\n" + TWO)
    assert read_secrets(file) == [ONE, TWO]


YEAR = 365 * 24 * 3600.0


def claims(at: float, **other: object) -> dict[str, object]:
    usual = {
        "iss": "voiceagent",
        "aud": AUDIENCE,
        "sub": "x",
        "region": "eu",
        "iat": at,
        "nbf": at,
        "exp": at + 60,
    }
    return {**usual, **other}


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"iat": 10 * YEAR, "nbf": 10 * YEAR, "exp": 11 * YEAR}, "clocks"),
        ({"nbf": 3600.0}, "clocks"),
        ({"iat": -10 * YEAR, "nbf": -10 * YEAR, "exp": -9 * YEAR}, "expired"),
        ({"exp": 10 * YEAR}, "too long"),
        ({"iat": -10 * YEAR, "nbf": -10 * YEAR, "exp": 60.0}, "too long"),
    ],
)
def test_clocks_that_are_years_off(other: dict[str, float], why: str) -> None:
    from voiceagent.clock import wall

    at = wall().timestamp()
    moved = {name: at + value for name, value in other.items()}
    token = load_jwt().encode(claims(at, **moved), ONE, algorithm="HS256")
    with pytest.raises(TokenError, match=why):
        Tokens(ONE, "eu").check(token)


@pytest.mark.parametrize("time", ["x", None, [], {}, True, 1e300, -1, "9" * 400])
@pytest.mark.parametrize("name", ["exp", "iat", "nbf"])
def test_times_that_are_none_are_refused_or_harmless(name: str, time: object) -> None:
    from voiceagent.clock import wall

    at = wall().timestamp()
    jwt = load_jwt()
    whole = claims(at)
    whole[name] = time
    token = jwt.api_jws.encode(
        __import__("json").dumps(whole).encode(), ONE, algorithm="HS256"
    )
    try:
        assert Tokens(ONE, "eu").check(token)["sub"] == "x"
    except TokenError:
        return
    assert name != "exp"


@pytest.mark.parametrize("time", ["Infinity", "-Infinity", "NaN", "1e999"])
def test_endless_times_are_refused(time: str) -> None:
    text = (
        '{"iss": "voiceagent", "aud": "voiceagent-region", "sub": "x", '
        f'"region": "eu", "iat": 1, "exp": {time}}}'
    )
    token = load_jwt().api_jws.encode(text.encode(), ONE, algorithm="HS256")
    with pytest.raises(TokenError):
        Tokens(ONE, "eu").check(token)
