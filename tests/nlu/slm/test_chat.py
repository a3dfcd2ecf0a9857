"""Chat templates: a stranger's program writes our prompt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.errors import ModelError
from voiceagent.nlu.slm.chat import LONGEST_TEMPLATE, Chat, render

pytest.importorskip("jinja2", reason="the extra `slm-wheel` is not installed")
pytestmark = pytest.mark.unit
CHATML = (
    "{{ bos_token }}{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] }}"
    "{{ '<|im_end|>' + '\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
NO_SYSTEM = (
    "{% for m in messages %}{% if m.role == 'system' %}"
    "{{ raise_exception('no system role') }}{% endif %}[{{ m.content | trim }}]"
    "{% endfor %}"
)


def test_the_user_stands_between_what_is_before_and_behind() -> None:
    chat = Chat(CHATML, system="Obey.", marks={"bos_token": "<s>"})
    assert chat.before == ("<|im_start|>system\nObey.<|im_end|>\n<|im_start|>user\n")
    assert chat.behind == "<|im_end|>\n<|im_start|>assistant\n"


@pytest.mark.parametrize(
    "template",
    [
        NO_SYSTEM,
        "{% for m in messages if m.role == 'user' %}[{{ m.content }}]{% endfor %}",
    ],
)
def test_without_a_system_role_the_user_brings_the_instructions(template: str) -> None:
    chat = Chat(template, system="Obey.")
    assert (chat.before, chat.behind) == ("[Obey.\n\n", "]")


def test_tools_reach_the_template() -> None:
    template = "{{ tools | tojson }}{% for m in messages %}{{ m.content }}{% endfor %}"
    chat = Chat(template, system="s", tools=[{"name": "größe"}])
    assert chat.before == '[{"name": "größe"}]s'


@pytest.mark.parametrize(
    ("template", "cause"),
    [
        ("", "no instruct model"),
        ("x" * (LONGEST_TEMPLATE + 1), "characters"),
        ("{% for %}", "TemplateSyntaxError"),
        ("{{ nothing.at.all }}", "UndefinedError"),
        ("{{ 1 / 0 }}", "ZeroDivisionError"),
        ("{{ messages.__class__.__mro__ }}", "SecurityError"),
        ("{{ messages[7].content }}", "UndefinedError"),
        ("hello", "0 times"),
        ("{{ messages[-1].content * 2 }}", "2 times"),
        ("{{ raise_exception('never') }}", "never"),
        ("{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}", "RecursionError"),
    ],
)
def test_a_template_of_no_use_is_a_typed_error(template: str, cause: str) -> None:
    with pytest.raises(ModelError) as caught:
        Chat(template, system="s")
    assert cause in caught.value.cause.replace("not an", "no")


@given(st.text(max_size=80))
def test_any_template_gives_a_prompt_or_a_typed_error(template: str) -> None:
    try:
        assert isinstance(render(template, [{"role": "user", "content": "x"}]), str)
    except ModelError as error:
        assert error.cause


def test_the_date_never_changes_the_prompt() -> None:
    once = render("{{ strftime_now('%d %B %Y') }}", [])
    assert once == "01 January 2026"
