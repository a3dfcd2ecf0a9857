"""Reasons of servers: by status, by code, wherever the code stands."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.datastructures import Headers
from websockets.exceptions import InvalidStatus
from websockets.http11 import Response

from voiceagent.errors import LinkDown, RemoteFailed
from voiceagent.errors.refusals import ModelUnknown, NoAccess, QuotaSpent, RemoteBusy
from voiceagent.realtime.refusals import (
    CODES,
    LONGEST_REST,
    close_reason,
    failure,
    refused,
    retry_after,
)
from voiceagent.routing.handover import REFUSALS, WhyNot

pytestmark = [pytest.mark.unit, pytest.mark.property]
AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def answer(status: int, body: bytes = b"", **told: str) -> InvalidStatus:
    head = Headers({name.replace("_", "-"): value for name, value in told.items()})
    return InvalidStatus(Response(status, "No", head, body))


@given(st.sampled_from(sorted(CODES)), st.integers(400, 599), st.text(max_size=40))
def test_a_code_says_more_than_where_it_stands(
    code: str, status: int, more: str
) -> None:
    told = f'{{"error": {{"code": "{code}", "message": 5}}}}'
    kinds = {
        type(failure(code, more, "it failed")),
        type(refused(answer(status, told.encode()))),
        type(close_reason(1008, f"{code}: no")),
    }
    assert kinds == {CODES[code]}
    assert CODES[code].code in REFUSALS
    assert WhyNot.of(CODES[code].code).value == CODES[code].code


@given(st.integers(400, 599), st.binary(max_size=60), st.integers(1000, 4999))
def test_any_refusal_has_a_reason_in_words(
    status: int, body: bytes, closed: int
) -> None:
    for error in (refused(answer(status, body)), close_reason(closed, "")):
        assert isinstance(error, LinkDown) and error.what and error.cause


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, NoAccess), (403, NoAccess), (429, RemoteBusy), (402, QuotaSpent)],
)
def test_a_status_is_a_reason(status: int, kind: type[LinkDown]) -> None:
    assert type(refused(answer(status))) is kind
    assert refused(answer(404)).code == LinkDown.code
    body = b'{"error": {"code": "model_not_found"}}'
    assert isinstance(refused(answer(404, body)), ModelUnknown)
    assert type(failure("anything", "", "it failed")) is RemoteFailed


@given(st.integers(0, 10**9))
def test_how_long_it_wants_to_be_left_alone(seconds: int) -> None:
    wanted = min(float(seconds), LONGEST_REST)
    assert retry_after(answer(429, Retry_After=str(seconds)), AT) == wanted
    date = format_datetime(AT + timedelta(seconds=seconds), usegmt=True)
    assert retry_after(answer(429, Retry_After=date), AT) == wanted


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40))
def test_any_other_wish_is_none_or_has_a_limit(text: str) -> None:
    assert 0 <= retry_after(answer(503, Retry_After=text), AT) <= LONGEST_REST


def test_a_secret_that_is_told_back_is_covered() -> None:
    told = refused(answer(401, b"bad Authorization: Bearer sk-12345678abc"))
    assert "12345678" not in str(told)
