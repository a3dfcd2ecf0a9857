"""The sections of the report page, from the headline down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from importlib.resources import files

from voiceagent.trace.events import (
    AlarmRang,
    AudioGap,
    Degraded,
    Event,
    Failed,
    LinkChanged,
    PlanRan,
    WakeRejected,
)
from voiceagent.trace.outcomes import TurnOutcome, counted, outcome_of
from voiceagent.trace.report.cards import card, timeline
from voiceagent.trace.report.charts import meter, milliseconds, mix, patterns
from voiceagent.trace.report.dots import latency_dots
from voiceagent.trace.report.html import Html, join, tag
from voiceagent.trace.report.story import Story, StoryTurn
from voiceagent.trace.report.summary import ANSWERED, files_table, headline, summary
from voiceagent.trace.report.words import STAGES_IN_WORDS
from voiceagent.trace.trace import stages
from voiceagent.trace.turn_rows import TurnRow, percentile

__all__ = ["compose"]

FILTERS = (
    ("all", "every turn"),
    ("device", "on the device"),
    ("none", "no action"),
    ("away", "elsewhere"),
    ("missed", "late"),
    ("sorry", "apologised"),
    ("trouble", "failed"),
)


def compose(
    story: Story, turns: Sequence[StoryTurn], title: str, facts: Mapping[str, str]
) -> str:
    """The whole page, with the cards of `turns` and the figures of all."""
    style = (files("voiceagent.trace.report") / "style.css").read_text("utf-8")
    body = tag(
        "main",
        patterns(),
        _masthead(story, title),
        _tiles(story.rows),
        _charts(story),
        files_table(story),
        _filters(story, len(turns)),
        *[_card(turn) for turn in turns],
        _quiet(story.quiet),
        _aside(story.aside),
        _foot(facts),
    )
    return f"<!doctype html>\n{tag('html', _head(title, style), tag('body', body), lang='en')}\n"  # noqa: E501


def _head(title: str, style: str) -> Html:
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("title", title),
        tag("style", Html(style)),
    )


def _masthead(story: Story, title: str) -> Html:
    return tag(
        "header",
        tag("p", title, class_="title"),
        tag("h1", headline(story)),
        tag("p", summary(story), class_="lead"),
        class_="masthead",
    )


def _foot(facts: Mapping[str, str]) -> Html:
    """What it ran on."""
    rows = [tag("div", tag("dt", k), tag("dd", v)) for k, v in facts.items() if v]
    return tag("footer", tag("dl", *rows, class_="run")) if rows else Html("")


def _tiles(rows: Sequence[TurnRow]) -> Html:
    count, budget = counted(rows), max((row.budget_ms for row in rows), default=0.0)
    answered = [row for row in rows if outcome_of(row) in ANSWERED]
    first = [row.response_ms for row in answered if row.response_ms is not None]
    real = [row.answer_ms for row in answered if row.answer_ms is not None]
    return tag(
        "section",
        _turns_tile(count),
        _budget_tile(count),
        _speed_tile("first sound, half of them within", first, budget),
        _speed_tile("real answer, half of them within", real, budget),
        _tier_tile(rows),
        class_="tiles",
    )


def _tile(label: str, value: str, chart: Html, *, sub: str = "") -> Html:
    return tag(
        "div",
        tag("p", label, class_="label"),
        tag("p", value, class_="value"),
        chart,
        tag("p", sub, class_="sub") if sub else "",
        class_="tile",
    )


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "–"


def _of(part: int, whole: int) -> Html:
    return meter(part / whole if whole else 0.0)


def _budget_tile(count: Counter[TurnOutcome]) -> Html:
    met, whole = count[TurnOutcome.IN_TIME], count.total()
    sub = f"{met} of {whole} turns"
    return _tile("answered in time", _share(met, whole), _of(met, whole), sub=sub)


def _turns_tile(count: Counter[TurnOutcome]) -> Html:
    whole = count.total()
    told = ", ".join(f"{count[one]} {one}" for one in TurnOutcome if count[one])
    met = sum(count[one] for one in ANSWERED)
    return _tile("turns", str(whole), _of(met, whole), sub=told)


def _speed_tile(label: str, values: Sequence[float], budget: float) -> Html:
    if not values:
        return _tile(label, "–", meter(0))
    half, most = percentile(values, 0.5), percentile(values, 0.95)
    chart = meter(half / budget if budget else 0, "" if half <= budget else "over")
    sub = f"95 % within {milliseconds(most)}; deadline {milliseconds(budget)}"
    return _tile(label, milliseconds(half), chart, sub=sub)


def _tier_tile(rows: Sequence[TurnRow]) -> Html:
    tiers = [row.tier for row in rows if row.tier != "none"]
    local = sum(tier == "device" for tier in tiers)
    away = sorted({tier for tier in tiers if tier != "device"})
    sub = f"the others by: {', '.join(away)}" if away else ""
    sub = sub or ("0 bytes left it" if not any(r.left_device for r in rows) else "")
    share, chart = _share(local, len(tiers)), _of(local, len(tiers))
    return _tile("of the answers from the device", share, chart, sub=sub)


def _charts(story: Story) -> Html:
    pairs = [(turn.anchor, turn.row) for turn in story.turns]
    timed = [row for row in story.rows if row.response_ms is not None]
    if not timed:
        return Html("")
    dots = tag(
        "figure",
        tag("figcaption", "Every turn, from the last word to the answer"),
        latency_dots(pairs, timed[0].budget_ms),
    )
    return tag("section", dots, _where(timed), class_="charts")


def _where(timed: Sequence[TurnRow]) -> Html:
    """Mean time of each stage: it adds up, which medians do not."""
    means = {
        stage: sum(row.latency_ms.get(stage, 0.0) for row in timed) / len(timed)
        for stage in stages
    }
    legend = [_legend(stage, mean) for stage, mean in means.items()]
    return tag(
        "figure",
        tag("figcaption", "Where the time goes, on average"),
        mix(means, fill="url(#p-{})", height=22),
        tag("ul", *legend, class_="legend"),
    )


def _legend(stage: str, mean: float) -> Html:
    swatch = tag("rect", width=14, height=14, fill=f"url(#p-{stage})")
    box = tag("svg", swatch, width=14, height=14, aria_hidden="true")
    name = tag("span", STAGES_IN_WORDS[stage], title=stage)
    return tag("li", box, name, " ", tag("b", milliseconds(mean)))


def _filters(story: Story, shown: int) -> Html:
    choices = [_choice(name, label) for name, label in FILTERS]
    left = len(story.turns) - shown
    note = f" The {left} oldest turns are counted above but not shown." if left else ""
    heading = tag("h2", "Turns", tag("small", note))
    return tag("form", heading, tag("fieldset", *choices), class_="filters")


def _choice(name: str, label: str) -> Html:
    checked = "checked" if name == "all" else None
    box = tag("input", type="radio", name="show", id=f"f-{name}", checked=checked)
    return tag("label", box, tag("span", label))


def _card(turn: StoryTurn) -> Html:
    events = timeline(turn.records)
    return card(
        turn.row, turn.anchor, note=turn.note, speech=turn.speech, events=events
    )


def _quiet(names: Sequence[str]) -> Html:
    if not names:
        return Html("")
    chips = [tag("li", name) for name in names]
    heading = tag("h2", "Stayed silent", tag("small", "nothing in these was for us"))
    return tag("section", heading, tag("ul", *chips, class_="chips"), class_="quiet")


def _aside(happened: Sequence[tuple[str, float, Event]]) -> Html:
    if not happened:
        return Html("")
    lines = [_aside_line(*item) for item in happened[:200]]
    heading = tag("h2", "Between the turns")
    return tag("section", heading, tag("ul", *lines, class_="aside"))


def _aside_line(name: str, at: float, event: Event) -> Html:
    where = tag("span", f"{name} · {at:.2f} s", class_="where")
    return tag("li", where, tag("b", type(event).__name__), " ", _told(event))


def _told(event: Event) -> str:
    match event:
        case AlarmRang():
            late = f", {event.late_seconds:.0f} s late" if event.late_seconds else ""
            return f"{event.pii_text}{late}"
        case PlanRan():
            seconds = event.late_seconds
            late = f", {seconds:.0f} s late" if seconds >= 1 else ""
            done = "" if event.ok else " (not done)"
            return f"{event.pii_text or event.why}{late}{done}"
        case WakeRejected():
            return f"{event.word} at {event.score:.2f}: the verifier did not agree"
        case AudioGap():
            return f"{event.seconds:.2f} s lost ({event.cause})"
        case Degraded():
            return join(event.what, ": ", event.why, " ", tag("code", event.hint))
        case LinkChanged():
            return f"{event.leg} is {event.state}{': ' if event.why else ''}{event.why}"
        case Failed():
            return f"{event.code}: {event.what}"
        case _:
            return ""
