"""Bearer tokens of the region: short-lived, signed, for one audience and one region."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from voiceagent.clock import wall
from voiceagent.errors import ConfigError, EngineMissing, TokenError
from voiceagent.store.keys import own_key

__all__ = [
    "AUDIENCE",
    "LEAST_SECRET",
    "RESUME",
    "Tokens",
    "secret_of_state",
    "secret_of",
]

AUDIENCE = "voiceagent-region"
RESUME = "voiceagent-resume"
"""Audience of the tokens that go on with a cut session."""
ISSUER = "voiceagent"
LEAST_SECRET = 32
"""Bytes of the secret."""
LEEWAY = 5.0
"""Seconds that two clocks may differ."""
LONGEST = 30 * 24 * 3600.0


class Tokens:
    """Issues and checks tokens of one region."""

    def __init__(self, secret: bytes, region: str) -> None:
        self._secret, self._region = secret, region

    def issue(
        self,
        ttl: float,
        *,
        subject: str = "edge",
        audience: str = AUDIENCE,
        **more: str,
    ) -> str:
        """A token that holds for `ttl` seconds from now."""
        if not 0 < ttl <= LONGEST:
            raise ConfigError(
                f"a token cannot hold for {ttl:g} s",
                hint=f"more than 0 and at most {LONGEST:.0f} seconds",
            )
        at = wall()
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": audience,
            "sub": subject,
            "region": self._region,
            "iat": at,
            "nbf": at,
            "exp": at + timedelta(seconds=ttl),
            "jti": secrets.token_hex(8),
            **more,
        }
        return str(load_jwt().encode(claims, self._secret, algorithm="HS256"))

    def check(self, token: str, *, audience: str = AUDIENCE) -> Mapping[str, Any]:
        """The claims; raises `TokenError` with the exact reason."""
        jwt = load_jwt()
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                self._secret,
                algorithms=["HS256"],
                audience=audience,
                issuer=ISSUER,
                leeway=LEEWAY,
                options={"require": ["exp", "iat", "aud", "iss", "sub"]},
            )
        except jwt.ExpiredSignatureError:
            raise _refused("it has expired") from None
        except jwt.InvalidAudienceError:
            raise _refused("it is for another audience") from None
        except jwt.InvalidSignatureError:
            raise _refused("its signature is wrong") from None
        except jwt.PyJWTError as error:
            raise _refused(str(error)) from None
        if claims.get("region") != self._region:
            raise _refused(f"it is for another region than `{self._region}`")
        return claims


def load_jwt() -> Any:
    """The package; raises `EngineMissing`."""
    try:
        import jwt
    except ImportError as error:
        raise EngineMissing(
            "pyjwt", install="pip install 'voiceagent[region]'", cause=str(error)
        ) from error
    return jwt


def secret_of(variable: str) -> bytes | None:
    """The secret in an environment variable; None where it is not set; raises
    `ConfigError` where it is too short."""
    secret = os.environ.get(variable, "").encode()
    if not secret:
        return None
    if len(secret) < LEAST_SECRET:
        raise ConfigError(
            f"the secret in `{variable}` is too short",
            cause=f"{len(secret)} bytes, at least {LEAST_SECRET} are needed",
            hint=f"export {variable}=$(openssl rand -hex 32)",
        )
    return secret


def secret_of_state(folder: Path) -> bytes:
    """A secret of this server's own, made once; raises `StoreError`."""
    file = folder / "region.key"
    return own_key(file, whose="this server", setting="memory.folder")


def _refused(why: str) -> TokenError:
    return TokenError("the token was refused", cause=why, hint="ask for a new one")
