"""Reads `intents.yaml` files: Home Assistant's sentence templates, checked strictly.

hassil accepts almost anything and fails late, at the first sentence; here every wrong
key, broken template and missing list is found at the start, with file and line.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from hassil.errors import HassilError
from hassil.expression import Expression, Group, ListReference, RuleReference
from hassil.intents import Intents, SlotList
from hassil.parse_expression import parse_sentence
from hassil.parser import ParseError

from voiceagent.errors import PackError
from voiceagent.yaml_file import Source, suggest

__all__ = ["build_intents"]

KEYS: Mapping[str, Sequence[str]] = {
    "file": (
        *("language", "intents", "lists", "expansion_rules", "skip_words"),
        "settings",
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


def build_intents(
    sources: Sequence[Source], outer: Mapping[str, SlotList], *, name: str
) -> Intents:
    """Join checked files into one hassil collection.

    `outer`: lists that come from elsewhere (the house). Two files may share a list or
    rule only if it is the same; two files may not define the same intent.
    """
    joined: dict[str, Any] = {
        "language": "en",
        "intents": {},
        "lists": {},
        "expansion_rules": {},
        "skip_words": [],
    }
    for source in sources:
        _check_shape(source)
        _join(joined, source)
    lists = {*joined["lists"], *outer}
    for source in sources:
        _check_sentences(source, lists, joined["expansion_rules"])
    if not joined["intents"]:
        files = ", ".join(f"`{source.file}`" for source in sources)
        cause = f"{files} define no intent"
        raise PackError(f"pack `{name}` is empty", cause=cause, hint="add `intents:`")
    try:
        return Intents.from_dict(joined)
    except (ParseError, HassilError, ValueError, KeyError, TypeError) as error:
        raise PackError(f"pack `{name}` is broken", cause=repr(error)) from error


def _join(joined: dict[str, Any], source: Source) -> None:
    joined["language"] = source.data.get("language", joined["language"])
    for part in ("intents", "lists", "expansion_rules"):
        for key, value in (source.data.get(part) or {}).items():
            if key in joined[part] and (
                part == "intents" or joined[part][key] != value
            ):
                cause = f"`{key}` is defined in another file of the pack as well"
                raise source.error((part, key), cause, "rename one of the two")
            joined[part][key] = value
    for word in source.data.get("skip_words") or []:
        if word not in joined["skip_words"]:
            joined["skip_words"].append(word)


def _check_shape(source: Source) -> None:
    data = source.data
    _check_keys(source, (), data, "file")
    for name, intent in _mapping(source, (), "intents").items():
        path = ("intents", name)
        _check_keys(source, path, intent, "intent")
        for number, block in enumerate(_sequence(source, path, intent, "data")):
            here = (*path, "data", number)
            _check_keys(source, here, block, "data")
            for at, text in enumerate(_sequence(source, here, block, "sentences")):
                _check_text(source, (*here, "sentences", at), text)
            _check_lists(source, here, block.get("lists") or {})
    _check_lists(source, (), _mapping(source, (), "lists"))
    for number, word in enumerate(data.get("skip_words") or []):
        _check_text(source, ("skip_words", number), word)
    for name, body in _mapping(source, (), "expansion_rules").items():
        _check_text(source, ("expansion_rules", name), body)


def _check_lists(source: Source, path: tuple[object, ...], lists: Any) -> None:
    if not isinstance(lists, dict):
        raise source.error((*path, "lists"), "`lists` must be a mapping")
    for name, entry in lists.items():
        here = (*path, "lists", name)
        _check_keys(source, here, entry, "list")
        if not entry:
            raise source.error(here, f"list `{name}` is empty", "add `values:`")
        if "range" in entry:
            _check_range(source, (*here, "range"), entry["range"])
        for at, value in enumerate(entry.get("values") or []):
            if isinstance(value, dict):
                _check_keys(source, (*here, "values", at), value, "value")
            text = value.get("in") if isinstance(value, dict) else value
            _check_text(source, (*here, "values", at), text)


def _check_range(source: Source, path: tuple[object, ...], entry: Any) -> None:
    _check_keys(source, path, entry, "range")
    numbers = (entry.get("from"), entry.get("to"), entry.get("step", 1))
    if not all(isinstance(number, int) for number in numbers):
        raise source.error(
            path, "a range needs whole numbers", "write `from:` and `to:`"
        )
    if numbers[0] > numbers[1] or numbers[2] < 1:
        raise source.error(path, "the range is empty", "`from` must not exceed `to`")


def _check_keys(
    source: Source, path: tuple[object, ...], entry: object, kind: str
) -> None:
    if not isinstance(entry, dict):
        cause = f"a mapping was expected for `{kind}`, not `{entry}`"
        raise source.error(path, cause, suggest("", KEYS[kind]))
    for key in entry:
        if key not in KEYS[kind]:
            cause = f"unknown key `{key}`"
            raise source.error((*path, key), cause, suggest(key, KEYS[kind]))


def _mapping(source: Source, path: tuple[object, ...], key: str) -> Mapping[str, Any]:
    value = source.data.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise source.error((*path, key), f"`{key}` must be a mapping")
    return value


def _sequence(
    source: Source, path: tuple[object, ...], entry: Mapping[str, Any], key: str
) -> Sequence[Any]:
    value = entry.get(key)
    if isinstance(value, list) and value:
        return value
    raise source.error((*path, key), f"`{key}` must be a list that is not empty")


def _check_text(source: Source, path: tuple[object, ...], text: object) -> None:
    if not isinstance(text, str):
        hint = "put it in quotes (YAML reads yes, no, on, off and numbers otherwise)"
        raise source.error(path, f"a text was expected, not `{text}`", hint)
    try:
        _mentions(text)
    except (ParseError, ValueError, AssertionError, IndexError) as error:
        hint = "check that (), [], {} and <> open and close"
        cause = f"the template `{text}` does not parse"
        raise source.error(path, cause, hint) from error


def _check_sentences(
    source: Source, lists: Collection[str], rules: Mapping[str, str]
) -> None:
    for name, intent in (source.data.get("intents") or {}).items():
        for number, block in enumerate(intent["data"]):
            here = ("intents", name, "data", number)
            known = {*lists, *(block.get("lists") or {})}
            every = {**rules, **(block.get("expansion_rules") or {})}
            for at, text in enumerate(block["sentences"]):
                place = (*here, "sentences", at)
                _check_references(source, place, text, known, every, ())


def _check_references(
    source: Source,
    path: tuple[object, ...],
    text: str,
    lists: set[str],
    rules: Mapping[str, str],
    within: tuple[str, ...],
) -> None:
    for item in _mentions(text):
        if isinstance(item, ListReference):
            if item.list_name not in lists and not item.is_inline_range:
                cause = f"there is no list `{{{item.list_name}}}`"
                raise source.error(path, cause, suggest(item.list_name, lists))
        elif item.rule_name not in rules:
            cause = f"there is no expansion rule `<{item.rule_name}>`"
            raise source.error(path, cause, suggest(item.rule_name, rules))
        elif item.rule_name in within:
            cause = f"the rule `<{item.rule_name}>` refers to itself"
            raise source.error(path, cause, "rules must not go round in circles")
        else:
            name = item.rule_name
            inner = (*within, name)
            _check_references(source, path, rules[name], lists, rules, inner)


@lru_cache(maxsize=4096)
def _mentions(text: str) -> tuple[ListReference | RuleReference, ...]:
    """The lists and rules of a template; rules are looked at again and again."""
    return tuple(_references(parse_sentence(text).expression))


def _references(
    expression: Expression,
) -> Iterator[ListReference | RuleReference]:
    """Every list and rule that an expression mentions."""
    if isinstance(expression, ListReference | RuleReference):
        yield expression
    elif isinstance(expression, Group):
        for item in expression.items:
            yield from _references(item)
