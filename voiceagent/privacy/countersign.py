"""Countersignatures: somebody elsewhere has seen how far the receipts reach.

A region signs the head of a chain and remembers it; the device keeps what it signed and
holds its receipts against that. An older set that was put back whole, key and all, then
has fewer receipts than were seen, or others: the region does not sign it, and answers
with what it has signed before.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from voiceagent.errors import StoreError
from voiceagent.privacy.chain import ChainHead
from voiceagent.privacy.receipts import Receipts
from voiceagent.store.files import put

__all__ = [
    "COUNTERSIGNED",
    "ChainName",
    "Countersignature",
    "LineCount",
    "LineSignature",
    "Witnessed",
    "kept_countersignature",
]

COUNTERSIGNED = "receipts.countersigned"
Hex = r"^[0-9a-f]{%d}$"
ChainName = Annotated[str, Meta(pattern=Hex % 32)]
LineSignature = Annotated[str, Meta(pattern=Hex % 64)]
LineCount = Annotated[int, Meta(ge=0, le=10**12)]


class Countersignature(Struct, frozen=True, kw_only=True):
    """What a region has signed of a chain."""

    chain: ChainName
    count: LineCount
    last: LineSignature
    at: Annotated[str, Meta(max_length=40)]
    """When, by the region's clock."""
    region: Annotated[str, Meta(max_length=200)]
    key: Annotated[str, Meta(pattern=Hex % 64)]
    """The region's public one, Ed25519."""
    signature: Annotated[str, Meta(pattern=Hex % 128)]

    def signed(self) -> bytes:
        """What the signature is of."""
        told = msgspec.to_builtins(self)
        told.pop("signature")
        return b"voiceagent countersigned\n" + msgspec.json.encode(told, order="sorted")

    def holds(self) -> bool | None:
        """Whether that key has signed it; None: it cannot be checked here."""
        try:
            from cryptography.exceptions import InvalidSignature
            from cryptography.hazmat.primitives.asymmetric.ed25519 import (
                Ed25519PublicKey,
            )
        except ImportError:
            return None
        try:
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.key))
            key.verify(bytes.fromhex(self.signature), self.signed())
        except (InvalidSignature, ValueError):
            return False
        return True

    def head(self) -> ChainHead:
        """As something to hold the receipts against."""
        return ChainHead(count=self.count, last=self.last)


def kept_countersignature(folder: Path) -> Countersignature | None:
    """The one that is kept; None: there is none. Raises `StoreError` where it is none
    that this program has written."""
    file = folder / COUNTERSIGNED
    try:
        return msgspec.json.decode(file.read_bytes(), type=Countersignature)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise StoreError(
            f"`{file}` cannot be used",
            cause=str(error),
            hint="move it away; the next one is kept when the region is there",
        ) from error


class Witnessed:
    """The receipts of a folder, as they are shown to a region; blocking."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: Countersignature | None = None

    def claim(self) -> Mapping[str, Any] | None:
        """How far they reach, and what was signed before; None: there are none."""
        receipts = Receipts(self._folder, reading=True)
        head = receipts.head()
        if head is None or not receipts.chain:
            return None
        kept = self._before(receipts.chain)
        told = {"chain": receipts.chain, "count": head.count, "last": head.last}
        # Not among them: the region shall say what it has seen.
        if kept is not None and receipts.has(kept.head()):
            told |= {"from_count": kept.count, "from_last": kept.last}
        return told

    def took(self, told: object) -> str:
        """Keep what the region has signed. Gives what is wrong, in words; empty:
        nothing is."""
        try:
            seen = msgspec.convert(told, Countersignature)
        except msgspec.ValidationError as error:
            return f"the region signs something else: {error}"
        receipts = Receipts(self._folder, reading=True)
        if seen.chain != receipts.chain:
            return "the region signs the receipts of another device"
        if seen.holds() is False:
            return "the region's signature is not its own"
        before = self._before(seen.chain)
        if before is not None and before.key != seen.key:
            return (
                f"another key than before signs: of another region? `{COUNTERSIGNED}`"
            )
        verdict = receipts.verify(seen.head())
        wrong = [f.words for f in verdict.findings]
        if before is None or seen.count >= before.count:
            put(self._folder / COUNTERSIGNED, msgspec.json.encode(seen))
            self._kept = seen
        return "; ".join(wrong[:3])

    def _before(self, chain: str) -> Countersignature | None:
        try:
            kept = kept_countersignature(self._folder) or self._kept
        except StoreError:
            kept = self._kept
        return kept if kept is not None and kept.chain == chain else None
