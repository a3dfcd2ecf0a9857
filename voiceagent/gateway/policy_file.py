"""The file of the policy: read again whenever it was changed. One that cannot be put in
force leaves the one before in force, and says so."""

from __future__ import annotations

from pathlib import Path
from threading import Event

from voiceagent.errors import ConfigError
from voiceagent.gateway.policy import ToolPolicies
from voiceagent.gateway.policy_check import PolicyWorld
from voiceagent.gateway.policy_rules import LARGEST_FILE

__all__ = ["PolicyFile"]

HINT = "until it can be read, the policy of before stays in force"
PAUSE = 0.05
"""Seconds in which a file that was changed has to stay as it is."""


class PolicyFile:
    """Keeps the policies at what the file says."""

    def __init__(self, path: Path | None, policies: ToolPolicies) -> None:
        """`path`: None where none is configured, and then nothing is ever allowed."""
        self.trouble: ConfigError | None = None
        """Why the file is not in force as it is now; None: it is."""
        self._path, self._policies = path, policies
        self._raw = b""
        self._wrong: ConfigError | None = None
        self._texts: list[str] = []
        """As it was read last, and as it was put in force last."""
        self._world: PolicyWorld | None = None
        self._loaded: tuple[str, PolicyWorld] | None = None
        """What is in force."""

    def look(self, world: PolicyWorld) -> bool:
        """Read it, and hold it against the tools that there are; whether something else
        is in force now. Blocking: for a thread."""
        if self._path is None:
            return False
        before = self._policies.version
        unread: ConfigError | None = None
        changed = False
        try:
            changed = self._read(self._path)
        except (OSError, ValueError) as error:
            what = f"the policy `{self._path}` cannot be read"
            unread = ConfigError(what, cause=str(error), hint=HINT)
        if changed or world != self._world:
            self._world = world
            self._wrong = self._put(self._path.name, world)
        self.trouble = unread or self._wrong
        return self._policies.version != before

    def _read(self, path: Path) -> bool:
        """Whether it is another text than before."""
        raw = _bytes(path)
        if self._texts and raw == self._raw:
            return False
        Event().wait(PAUSE)
        if _bytes(path) != raw:
            return False  # it is being written: half of it may be a policy, too
        self._texts = [raw.decode("utf-8-sig"), *self._texts[-1:]]
        self._raw = raw
        return True

    def _put(self, name: str, world: PolicyWorld) -> ConfigError | None:
        """The newest text, or the one of before for these tools; what is wrong with
        the newest."""
        wrong: ConfigError | None = None
        for text in self._texts:
            try:
                if self._loaded != (text, world):
                    self._policies.load(text, world, name)
            except ConfigError as error:
                wrong = wrong or error
                continue
            self._loaded = text, world
            if text is self._texts[0]:
                self._texts = [text]
            break
        return wrong


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        raw = file.read(LARGEST_FILE + 1)
    if len(raw) > LARGEST_FILE:
        raise ValueError(f"it has more than {LARGEST_FILE:,} bytes")
    return raw
