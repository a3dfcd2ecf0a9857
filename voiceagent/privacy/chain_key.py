"""The key that a chain is signed with: it has its name only once the chain has a head,
so that a key without a head is never what a crash has left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from voiceagent.errors import StoreError
from voiceagent.privacy.chain import SignedChain
from voiceagent.privacy.chain_log import ChainLog
from voiceagent.store.files import private_folder
from voiceagent.store.keys import own_key

__all__ = ["ChainKey"]


@dataclass(frozen=True, slots=True)
class ChainKey:
    """Where it lies, and what it signs."""

    folder: Path
    file: str
    name: str
    """What a line of the chain is called."""
    whose: str = "this device"
    setting: str = "store.folder"

    def made(self, log: ChainLog) -> bytes:
        """The key, made with the head of a chain that has nothing yet; raises
        `StoreError`."""
        file, new = self.folder / self.file, self._new
        if file.exists():
            return self._told(file)
        with self._translated(new):
            private_folder(self.folder)
        with log.locked(), self._translated(new):
            if file.exists():  # another process was faster
                new.unlink(missing_ok=True)
                return self._told(file)
            key = self._told(new)
            if not log.head():
                SignedChain(log, key, name=self.name).begin()
            new.rename(file)
        return key

    def kept(self, log: ChainLog) -> bytes | None:
        """The key, also one that is being made; None: there is none."""
        file = self.folder / self.file
        if file.exists():
            return self._told(file)
        # A kill before the head was written leaves a key of which nothing was signed.
        if not (self._new.exists() and log.head()):
            return None
        with log.locked():  # whoever makes it has given it its name by now
            return self._told(file if file.exists() else self._new)

    @property
    def _new(self) -> Path:
        return self.folder / f"{self.file}.new"

    def _told(self, file: Path) -> bytes:
        return own_key(file, whose=self.whose, setting=self.setting)

    @contextmanager
    def _translated(self, file: Path) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            what = f"the key of {self.whose}, `{file}`, could not be made"
            hint = f"set `{self.setting}` to a place that you may write"
            raise StoreError(what, cause=str(error), hint=hint) from error
