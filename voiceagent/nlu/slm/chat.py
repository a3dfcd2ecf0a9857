"""A conversation as the text that an instruct model was trained on.

The template (Jinja) comes with the model's file and is a stranger's program: it runs in
Jinja's sandbox, and the user's words are put in afterwards, so that nothing typed or
said can pose as a mark of the model.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping, Sequence
from typing import Any

from voiceagent.errors import EngineMissing, ModelError

__all__ = ["Chat", "render"]

USER = "\u2983user text\u2984"
"""Stands for the user's words while the template runs."""
LONGEST_TEMPLATE = 100_000
"""Characters; the longest known have fifteen thousand."""
ChatMessage = Mapping[str, str]


class Chat:
    """Prompts of one model: all that is in front of the user's words, and behind."""

    def __init__(
        self,
        template: str,
        *,
        system: str,
        tools: Sequence[Mapping[str, Any]] = (),
        marks: Mapping[str, str] | None = None,
    ) -> None:
        """`marks`: `bos_token` and the like; `ModelError` where the template fails."""
        messages = [
            {"role": "system", "content": system},
            {"role": "user", "content": USER},
        ]
        marks = marks or {}
        try:
            text = render(template, messages, tools=tools, marks=marks)
        except ModelError:
            text = ""
        if system not in text:
            # Some know no system message: the instructions move to the user's.
            joined = [{"role": "user", "content": f"{system}\n\n{USER}"}]
            text = render(template, joined, tools=tools, marks=marks)
        parts = text.split(USER)
        if len(parts) != 2:
            cause = f"it writes the user's words {len(parts) - 1} times"
            raise _unfit(cause)
        self.before, self.behind = parts
        begin = marks.get("bos_token", "")
        if begin and self.before.startswith(begin):
            # The decoder's own opening puts it there.
            self.before = self.before[len(begin) :]


def render(
    template: str,
    messages: Sequence[ChatMessage],
    *,
    tools: Sequence[Mapping[str, Any]] = (),
    marks: Mapping[str, str] | None = None,
) -> str:
    """The conversation up to where the model's answer begins."""
    try:
        from jinja2 import TemplateError
        from jinja2.sandbox import ImmutableSandboxedEnvironment
    except ImportError as error:
        line = "pip install 'voiceagent[slm]'"
        raise EngineMissing("jinja2", install=line, cause=str(error)) from error
    if not template:
        raise _unfit("the model has none, so it is not an instruct model")
    if len(template) > LONGEST_TEMPLATE:
        raise _unfit(f"it has {len(template)} characters")
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.loopcontrols"],
    )
    environment.globals |= {"raise_exception": _refuse, "strftime_now": _today}
    environment.filters["tojson"] = _tojson
    try:
        return environment.from_string(template).render(
            messages=list(messages),
            tools=list(tools) or None,
            add_generation_prompt=True,
            **(marks or {}),
        )
    # A template may fail in any way a program can; each is the template's fault.
    except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
        raise _unfit(f"{type(error).__name__}: {error}") from error
    except (LookupError, AttributeError, RecursionError, MemoryError) as error:
        raise _unfit(f"{type(error).__name__}: {error}") from error


def _refuse(message: str) -> None:
    raise ValueError(message)


def _today(form: str) -> str:
    """The same day always: the prompt in front must not change with the date."""
    return datetime.date(2026, 1, 1).strftime(form)


def _tojson(value: Any, indent: int | None = None, **_: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _unfit(cause: str) -> ModelError:
    hint = "use an instruct model, with a chat template in its GGUF file"
    return ModelError("the model's chat template is of no use", cause=cause, hint=hint)
