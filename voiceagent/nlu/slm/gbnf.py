"""The graph of valid calls as a GBNF grammar, for servers that constrain by grammar."""

from __future__ import annotations

from collections.abc import Sequence

from voiceagent.nlu.slm.call_graph import Branch, CallPlace

__all__ = ["gbnf"]

WORDS = r"words ::= [^{ \t\r\n] [^{\x00-\x09\x0b-\x1f]*"
"""Free text: it does not begin like a call."""


def gbnf(start: CallPlace) -> str:
    """All that may be written from `start` on, as rules with `root` on top."""
    assert start.branch is not None
    rules = _Rules()
    root = rules.name(start.branch)
    lines = [f"root ::= {root}{' | words' if start.branch.words else ''}"]
    return "\n".join([*lines, *rules.lines(), *([WORDS] if start.branch.words else [])])


class _Rules:
    """One rule a branch, each branch once."""

    def __init__(self) -> None:
        self._names: dict[int, str] = {}
        self._waiting: list[Branch] = []

    def name(self, branch: Branch) -> str:
        if id(branch) not in self._names:
            self._names[id(branch)] = f"r{len(self._names)}"
            self._waiting.append(branch)
        return self._names[id(branch)]

    def lines(self) -> list[str]:
        # The list grows while it is read: rules name branches not seen before.
        return [f"{self.name(b)} ::= {self._body(b)}" for b in self._waiting]

    def _body(self, branch: Branch) -> str:
        groups: dict[int, list[bytes]] = {}
        then = {id(option.then): option.then for option in branch.options}
        for option in branch.options:
            groups.setdefault(id(option.then), []).append(option.text)
        return " | ".join(
            _choice(texts) + self._behind(then[key]) for key, texts in groups.items()
        )

    def _behind(self, branch: Branch | None) -> str:
        return "" if branch is None else f" {self.name(branch)}"


def _choice(texts: Sequence[bytes]) -> str:
    quoted = [_quoted(text.decode()) for text in texts]
    return quoted[0] if len(quoted) == 1 else f"({' | '.join(quoted)})"


def _quoted(text: str) -> str:
    plain = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{plain}"'
