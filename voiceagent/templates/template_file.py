"""Checks and joins `intents.yaml` files: Home Assistant's sentence templates.

hassil accepts almost anything and fails late, at the first sentence; here every wrong
key, broken template and missing list is found at the start, with file and line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hassil.errors import HassilError
from hassil.intents import Intents, SlotList
from hassil.parser import ParseError

from voiceagent.errors import PackError
from voiceagent.templates.join import join
from voiceagent.templates.references import WIDEST, check_references, mentions
from voiceagent.templates.yaml_file import Issue, TemplateSource, suggest

__all__ = ["build_intents", "template_issues"]

KEYS: Mapping[str, Sequence[str]] = {
    "file": (
        *("language", "intents", "lists", "expansion_rules", "skip_words"),
        *("settings", "responses"),
    ),
    "intent": ("data", "description"),
    "data": (
        *("sentences", "slots", "lists", "expansion_rules", "response", "metadata"),
        *("requires_context", "excludes_context", "required_keywords", "settings"),
        *("inferred_domain", "name_domains"),
    ),
    "list": ("values", "range", "wildcard"),
    "range": (
        *("from", "to", "step", "type", "multiplier", "fractions"),
        *("digits", "words", "words_language"),
    ),
    "value": ("in", "out", "context", "metadata"),
}
MAPPINGS = ("slots", "requires_context", "excludes_context", "metadata")
MOST_ORDERED = 8
"""Parts in any order; each one more doubles the work."""
Path = tuple[object, ...]


def build_intents(
    sources: Sequence[TemplateSource], outer: Mapping[str, SlotList], *, name: str
) -> Intents:
    """Join the files into one hassil collection; raises `PackError` for the first
    thing that is wrong.

    `outer`: lists that come from elsewhere (the house).
    """
    for issue in template_issues(sources, outer):
        raise issue.error()
    joined, _ = join(sources)
    if not joined["intents"]:
        files = ", ".join(f"`{source.file}`" for source in sources)
        cause = f"{files} define no intent"
        raise PackError(f"pack `{name}` is empty", cause=cause, hint="add `intents:`")
    try:
        return Intents.from_dict(joined)
    except (ParseError, HassilError, ValueError, KeyError, TypeError) as error:
        raise PackError(f"pack `{name}` is broken", cause=repr(error)) from error


def template_issues(
    sources: Sequence[TemplateSource], outer: Mapping[str, SlotList]
) -> Iterator[Issue]:
    """Everything that is wrong with the templates: shape, then names."""
    misshapen = [issue for source in sources for issue in _shape(source)]
    yield from misshapen
    if not misshapen:
        yield from join(sources)[1]
    yield from check_references(sources, set(outer))


def _shape(source: TemplateSource) -> Iterator[Issue]:
    data = source.data
    yield from _keys(source, (), data, "file")
    for name, intent in _mapping(data.get("intents")).items():
        yield from _intent(source, ("intents", name), intent)
    for part in ("intents", "lists", "expansion_rules"):
        if not isinstance(data.get(part) or {}, dict):
            yield source.issue((part,), f"`{part}` must be a mapping")
    yield from _lists(source, (), _mapping(data.get("lists")))
    skips = data.get("skip_words") or []
    if not isinstance(skips, list):
        yield source.issue(("skip_words",), "`skip_words` must be a list")
        skips = []
    for number, word in enumerate(skips):
        yield from _text(source, ("skip_words", number), word)
    for name, body in _mapping(data.get("expansion_rules")).items():
        yield from _text(source, ("expansion_rules", name), body)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _intent(source: TemplateSource, path: Path, intent: object) -> Iterator[Issue]:
    yield from _keys(source, path, intent, "intent")
    blocks = _mapping(intent).get("data")
    if not (isinstance(blocks, list) and blocks):
        yield source.issue((*path, "data"), "`data` must be a list that is not empty")
        return
    for number, block in enumerate(blocks):
        yield from _block(source, (*path, "data", number), block)


def _block(source: TemplateSource, path: Path, block: object) -> Iterator[Issue]:
    yield from _keys(source, path, block, "data")
    if not isinstance(block, dict):
        return
    sentences = block.get("sentences")
    if not (isinstance(sentences, list) and sentences):
        cause = "`sentences` must be a list that is not empty"
        yield source.issue((*path, "sentences"), cause)
        sentences = []
    for at, text in enumerate(sentences):
        yield from _text(source, (*path, "sentences", at), text)
    for key in MAPPINGS:
        if not isinstance(block.get(key, {}), dict):
            yield source.issue((*path, key), f"`{key}` must be a mapping")
    rules = block.get("expansion_rules") or {}
    if not isinstance(rules, dict):
        yield source.issue((*path, "expansion_rules"), "rules must be a mapping")
    for name, body in _mapping(rules).items():
        yield from _text(source, (*path, "expansion_rules", name), body)
    for key in ("name_domains", "required_keywords"):
        if not isinstance(block.get(key, []), list):
            yield source.issue((*path, key), f"`{key}` must be a list")
    yield from _lists(source, path, block.get("lists") or {})


def _lists(source: TemplateSource, path: Path, lists: object) -> Iterator[Issue]:
    if not isinstance(lists, dict):
        yield source.issue((*path, "lists"), "`lists` must be a mapping")
        return
    for name, entry in lists.items():
        here = (*path, "lists", name)
        yield from _keys(source, here, entry, "list")
        if isinstance(entry, dict):
            yield from _list(source, here, name, entry)


def _list(
    source: TemplateSource, path: Path, name: str, entry: Mapping[str, Any]
) -> Iterator[Issue]:
    if not (entry.get("values") or "range" in entry or entry.get("wildcard")):
        yield source.issue(path, f"list `{name}` is empty", "add `values:`")
    if "range" in entry:
        yield from _range(source, (*path, "range"), entry["range"])
    values = entry.get("values") or []
    if not isinstance(values, list):
        yield source.issue((*path, "values"), "`values` must be a list")
        return
    for at, value in enumerate(values):
        if isinstance(value, dict):
            yield from _keys(source, (*path, "values", at), value, "value")
        text = value.get("in") if isinstance(value, dict) else value
        yield from _text(source, (*path, "values", at), text)


def _range(source: TemplateSource, path: Path, entry: object) -> Iterator[Issue]:
    yield from _keys(source, path, entry, "range")
    bounds = _mapping(entry)
    numbers = (bounds.get("from"), bounds.get("to"), bounds.get("step", 1))
    start, stop, step = numbers
    if not (isinstance(start, int) and isinstance(stop, int) and isinstance(step, int)):
        hint = "write `from:` and `to:`"
        yield source.issue(path, "a range needs whole numbers", hint)
    elif start > stop or step < 1:
        hint = "`from` must not exceed `to`"
        yield source.issue(path, "the range is empty", hint)
    elif (stop - start) // step > WIDEST:
        hint = "say large numbers in parts, or use a wildcard"
        yield source.issue(path, f"the range has more than {WIDEST:,} numbers", hint)


def _keys(
    source: TemplateSource, path: Path, entry: object, kind: str
) -> Iterator[Issue]:
    if not isinstance(entry, dict):
        cause = f"a mapping was expected for `{kind}`, not `{entry}`"
        yield source.issue(path, cause, suggest("", KEYS[kind]))
        return
    for key in entry:
        if key not in KEYS[kind]:
            cause = f"unknown key `{key}`"
            yield source.issue((*path, key), cause, suggest(key, KEYS[kind]))


def _text(source: TemplateSource, path: Path, text: object) -> Iterator[Issue]:
    if not isinstance(text, str):
        hint = "put it in quotes (YAML reads yes, no, on, off and numbers otherwise)"
        yield source.issue(path, f"a text was expected, not `{text}`", hint)
        return
    if mentions(text) is None:
        hint = "check that (), [], {} and <> open and close"
        yield source.issue(path, f"the template `{text}` does not parse", hint)
    elif text.count(";") >= MOST_ORDERED:
        cause = f"more than {MOST_ORDERED} parts of the template come in any order"
        yield source.issue(path, cause, "write several templates instead")
