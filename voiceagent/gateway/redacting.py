"""What goes to a server that is not entitled to secrets: placeholders instead, put back
into what it answers. Each call has its own, so that no two callers' ever meet."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from typing import Any

from cachetools import LRUCache

from voiceagent.gateway.tool import UpstreamTool
from voiceagent.privacy.redaction import Placeholders, Redactor

__all__ = ["CallRedaction", "Redaction"]

Words = Callable[[str], str]
KNOWN = 1000
DIGITS = 5
"""A number with as many may be somebody's."""


class CallRedaction:
    """The placeholders of one call."""

    def __init__(self, redactor: Redactor, own: Container[str] = ()) -> None:
        """`own`: words of the tool itself, that everybody reads in its schema."""
        self._redactor, self._own = redactor, own
        self.found = 0
        """Secrets replaced."""

    def out(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments without secrets; raises `ValueError` where a text is too long
        to be looked through, `RecursionError` where they are nested too deep."""
        made: dict[str, Any] = self._each(dict(arguments))
        return made

    def back(self, result: Mapping[str, Any]) -> dict[str, Any]:
        """The result with the secrets in their places."""
        if not self.found:
            return dict(result)
        made: dict[str, Any] = _restored(
            dict(result), self._redactor.placeholders.restore
        )
        return made

    def _each(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._replaced(value)
        if isinstance(value, Mapping):
            return {self._replaced(key): self._each(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self._each(one) for one in value]
        if isinstance(value, int | float) and not isinstance(value, bool):
            return self._number(value)
        return value

    def _number(self, value: float) -> Any:
        """A telephone number that is no text is one all the same."""
        told = str(value)
        if sum(sign.isdigit() for sign in told) < DIGITS:
            return value
        before = self.found
        replaced = self._replaced(told)
        return value if self.found == before else replaced

    def _replaced(self, text: str) -> str:
        if text in self._own:
            return text
        redacted = self._redactor.redact(text)
        self.found += sum(redacted.found.values())
        return redacted.text


class Redaction:
    """Makes them: `names` of contacts, and words that are `kept` here."""

    def __init__(self, names: Iterable[str] = (), kept: Iterable[str] = ()) -> None:
        self._names, self._kept = tuple(names), tuple(kept)
        self._own: LRUCache[int, tuple[UpstreamTool, frozenset[str]]] = LRUCache(KNOWN)

    def of_call(self, tool: UpstreamTool) -> CallRedaction:
        """For one call of that tool."""
        redactor = Redactor(self._names, Placeholders(), kept=self._kept)
        return CallRedaction(redactor, self._own_words(tool))

    def _own_words(self, tool: UpstreamTool) -> frozenset[str]:
        found = self._own.get(id(tool))
        if found is None or found[0] is not tool:
            found = self._own[id(tool)] = tool, frozenset(_own(tool.input_schema))
        return found[1]


def _own(schema: Any) -> Iterator[str]:
    """Names of fields, and the values that one may choose from."""
    if isinstance(schema, Mapping):
        for key, inner in schema.items():
            if key == "properties" and isinstance(inner, Mapping):
                yield from inner
            if key in ("enum", "const"):
                yield from filter(
                    _is_text, inner if isinstance(inner, list) else [inner]
                )
            yield from _own(inner)
    elif isinstance(schema, list):
        for one in schema:
            yield from _own(one)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _restored(value: Any, restore: Words) -> Any:
    if isinstance(value, str):
        return restore(value)
    if isinstance(value, Mapping):
        return {restore(key): _restored(one, restore) for key, one in value.items()}
    if isinstance(value, list):
        return [_restored(one, restore) for one in value]
    return value
