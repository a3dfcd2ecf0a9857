"""Rules and lists of the language that every template may name.

`<said_duration>`, `<said_time>`, `<said_day>` ... stand in `lang/`, where they are also
understood and said (`lang/quantities.py`); here they are written as a file would have
them. A pack gets those that it names, and what these name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from voiceagent.lang.languages import language
from voiceagent.lang.quantity_tables import NumberSpan, SlotTable
from voiceagent.lang.readers import HEARD, READERS

__all__ = ["LANGUAGE_LISTS", "LANGUAGE_RULES", "language_parts"]

WORDS = language().quantities
LANGUAGE_RULES: Mapping[str, str] = WORDS.rules
LANGUAGE_LISTS = frozenset((*WORDS.lists, *READERS))
NAMED = re.compile(r"<(\w+)>|\{(\w+)(?::\w+)?\}")


def language_parts(texts: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The lists and rules of the language that `texts` lead to."""
    lists: dict[str, Any] = {}
    rules: dict[str, str] = {}
    todo = list(texts)
    for text in todo:
        for rule, table in NAMED.findall(text):
            rule = f"{HEARD}{table}" if table in READERS else rule
            if rule in LANGUAGE_RULES and rule not in rules:
                rules[rule] = LANGUAGE_RULES[rule]
                todo.append(rules[rule])
            if table in LANGUAGE_LISTS:
                lists[table] = _written(table)
    return {"lists": lists, "expansion_rules": rules}


@cache
def _written(name: str) -> dict[str, Any]:
    if name in READERS:
        return {"wildcard": True}
    table: SlotTable = WORDS.lists[name]
    if isinstance(table, NumberSpan):
        span = {"from": table.first, "to": table.last}
        if table.times != 1:
            span["multiplier"] = table.times
        return {"range": span}
    values = [{"in": said, "out": value} for said, value in table.items()]
    return {"values": values}
