"""HTML that cannot be injected into: a plain `str` is text and is always escaped."""

from __future__ import annotations

from html import escape

from voiceagent.errors.foreign import words_of_others

__all__ = ["Html", "join", "tag", "text"]

VOID = frozenset({"input", "meta", "br", "hr", "line", "rect", "circle", "path"})


class Html(str):
    """Markup that is already safe; everything else gets escaped."""

    __slots__ = ()


def text(value: object) -> Html:
    """`value` as text, escaped unless it is markup already."""
    return value if isinstance(value, Html) else Html(_escaped(value))


def join(*parts: object) -> Html:
    """All parts one after the other, plain ones escaped."""
    return Html("".join(map(text, parts)))


def tag(name: str, /, *children: object, **attributes: object) -> Html:
    """An element; `class_` is `class`, `_` in names is `-`; None leaves one out."""
    pairs = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_escaped(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in VOID and not children:
        return Html(f"<{name}{pairs}>" if name in HTML_VOID else f"<{name}{pairs}/>")
    return Html(f"<{name}{pairs}>{join(*children)}</{name}>")


def _escaped(value: object) -> str:
    return escape(words_of_others(str(value)))


HTML_VOID = frozenset({"input", "meta", "br", "hr"})
