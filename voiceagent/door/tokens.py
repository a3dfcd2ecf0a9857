"""Bearer tokens of the region: short-lived, signed, for one audience and one region."""

from __future__ import annotations

import os
import secrets
from collections.abc import Container, Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from voiceagent.clock import wall
from voiceagent.door.keyring import LEAST_SECRET, Keyring, read_secrets
from voiceagent.errors import ConfigError, EngineMissing, TokenError
from voiceagent.store.keys import own_key

__all__ = [
    "AUDIENCE",
    "GATEWAY",
    "RESUME",
    "Tokens",
    "keyring_of",
    "secret_of_state",
    "secret_of",
]

AUDIENCE = "voiceagent-region"
GATEWAY = "voiceagent-gateway"
"""Audience of the tokens that open a gateway: one for the region opens none."""
RESUME = "voiceagent-resume"
"""Audience of the tokens that go on with a cut session."""
ISSUER = "voiceagent"
LEEWAY = 5.0
"""Seconds that two clocks may differ."""
LONGEST = 30 * 24 * 3600.0


class Tokens:
    """Issues and checks tokens of one region."""

    def __init__(
        self,
        secret: bytes | Keyring,
        region: str,
        *,
        ever: bool = False,
        revoked: Container[str] = (),
    ) -> None:
        """`ever`: those that secrets of before have signed are believed too;
        `revoked`: ids of those that hold no longer."""
        self._keys = secret if isinstance(secret, Keyring) else Keyring(secret)
        self._region, self._ever, self._revoked = region, ever, revoked

    def issue(
        self,
        ttl: float,
        *,
        subject: str = "edge",
        audience: str = AUDIENCE,
        token_id: str = "",
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
            "jti": token_id or secrets.token_hex(8),
            **more,
        }
        first = self._keys.believed[0]
        return str(load_jwt().encode(claims, first, algorithm="HS256"))

    def check(self, token: str, *, audience: str = AUDIENCE) -> Mapping[str, Any]:
        """The claims; raises `TokenError` with the exact reason."""
        keys = self._keys.ever if self._ever else self._keys.believed
        *others, last = keys
        for key in others:
            with suppress(_WrongKey):
                return self._checked(token, key, audience)
        return self._checked(token, last, audience)

    def _checked(self, token: str, key: bytes, audience: str) -> Mapping[str, Any]:
        jwt = load_jwt()
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=["HS256"],
                audience=audience,
                issuer=ISSUER,
                leeway=LEEWAY,
                options={"require": ["exp", "iat", "aud", "iss", "sub"]},
            )
            held = float(claims["exp"]) - float(claims["iat"])
        except jwt.ExpiredSignatureError:
            raise _refused("it has expired") from None
        except jwt.ImmatureSignatureError:
            why = "it holds only later: do the clocks of the two machines differ?"
            raise _refused(why) from None
        except jwt.InvalidAudienceError:
            raise _refused("it is for another audience") from None
        except jwt.InvalidSignatureError:
            raise _WrongKey(
                "the token was refused",
                cause="its signature is wrong",
                hint="ask for a new one",
            ) from None
        except jwt.PyJWTError as error:
            raise _refused(str(error)) from None
        except (OverflowError, TypeError, ValueError):
            raise _refused("its times are no times") from None
        if not 0 < held <= LONGEST:
            raise _refused("it holds for too long")
        if claims.get("region") != self._region:
            raise _refused(f"it is for another region than `{self._region}`")
        if claims.get("jti") in self._revoked:
            raise _refused("it has been revoked")
        return claims


class _WrongKey(TokenError):
    """Another secret has signed it."""


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


def keyring_of(file: str, variable: str) -> Keyring | None:
    """The secrets in a file, or the one in an environment variable; None where neither
    is named. Raises `ConfigError`."""
    if file:
        return Keyring(*read_secrets(Path(file).expanduser()))
    secret = secret_of(variable)
    return Keyring(secret) if secret else None


def secret_of_state(folder: Path) -> bytes:
    """A secret of this server's own, made once; raises `StoreError`."""
    file = folder / "region.key"
    return own_key(file, whose="this server", setting="memory.folder")


def _refused(why: str) -> TokenError:
    return TokenError("the token was refused", cause=why, hint="ask for a new one")
