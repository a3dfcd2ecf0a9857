"""The live display of the terminal: state, captions, and the last turn's times."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from voiceagent.errors.lines import here
from voiceagent.port import Numbered, Snapshot
from voiceagent.trace.events import (
    AlarmRang,
    BargeIn,
    Degraded,
    EarconPlayed,
    IntentMatched,
    PlanRan,
    ReplyReady,
    SessionStarted,
    StopHeard,
    Transcript,
    TurnCancelled,
    TurnFinished,
    WakeDetected,
)
from voiceagent.trace.trace import Record, stages

__all__ = ["Display", "waterfall"]

BAR = 28
"""Characters of a bar that is as long as the budget."""
COLOURS = ("blue", "cyan", "magenta", "yellow", "white", "green", "red")


def waterfall(event: TurnFinished) -> Text:
    """One line: what each stage took, as a bar against the budget."""
    scale = BAR / max(event.budget_ms, event.latency_ms["response"], 1.0)
    line = Text()
    for stage, colour in zip(stages, COLOURS, strict=True):
        took = event.latency_ms[stage]
        line.append("█" * max(round(took * scale), 1 if took >= 1 else 0), style=colour)
    line.append("·" * max(0, BAR - len(line)), style="dim")
    verdict = "met" if event.budget_met else f"missed by {event.missed_by}"
    line.append(f" {event.latency_ms['response']:.0f} of {event.budget_ms:.0f} ms, ")
    line.append(verdict, style="green" if event.budget_met else "bold red")
    parts = [
        f"{s} {event.latency_ms[s]:.0f}" for s in stages if event.latency_ms[s] >= 1
    ]
    line.append(f"  ({', '.join(parts)})", style="dim")
    return line


class Display:
    """Shows what happens: lines that stay above, and one status line that moves."""

    def __init__(
        self,
        console: Console,
        *,
        snapshot: Callable[[], Snapshot],
        level: Callable[[], float | None] = lambda: None,
        keys: str = "",
    ) -> None:
        """`snapshot()`: the agent's port; `level()`: dBFS of the microphone."""
        self._console, self._snapshot = console, snapshot
        self._level, self._keys = level, keys
        self._live = Live(
            console=console,
            get_renderable=self._status,
            refresh_per_second=12,
            transient=True,
        )

    def __enter__(self) -> Display:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live.is_started:
            self._live.stop()

    def __call__(self, numbered: Numbered) -> None:
        """Show one event."""
        line = describe(Record(numbered.at, numbered.event))
        if line is not None:
            self._console.print(line)

    def say(self, text: str) -> None:
        """A line of our own."""
        self._console.print(Text(text, style="dim"))

    def _status(self) -> RenderableType:
        now = self._snapshot()
        line = Text(f" {now.state:9} ", style="reverse")
        level = None if now.muted else self._level()
        if level is not None:
            filled = max(0, min(20, round((level + 60) / 3)))
            line.append(f" {'▮' * filled}{'▯' * (20 - filled)} {level:4.0f} dB", "dim")
        line.append(f"  {now.captions.tentative}", style="italic dim")
        return Group(line, Text(f" {self._keys}", style="dim")) if self._keys else line


def describe(record: Record) -> Text | None:
    """An event in words, if a person wants to see it."""
    line = _described(record)
    if line is None or "\n" not in line.plain[1:]:
        return line
    # Further lines of what others said never look like lines of ours.
    blank = line.plain.startswith("\n")
    whole = Text(f"\n{' ' * 18}").join(line.split("\n")[blank:])
    return Text("\n").append_text(whole) if blank else whole


def _described(record: Record) -> Text | None:
    event = record.event
    at = f"{record.at:7.2f} s  "
    match event:
        case SessionStarted():
            engines = ", ".join(f"{k} {v}" for k, v in event.engines.items() if v)
            return Text(f"\n── {event.source}  ({engines})", style="dim")
        case WakeDetected():
            word = event.word.replace("_", " ")
            return Text(f"{at}◉ wake “{word}” ({event.score:.2f})", style="cyan")
        case Transcript():
            style = "bold" if event.accepted else "dim"
            note = "" if event.accepted else f"   ✗ {event.reason}"
            return Text(f"{at}you    {event.pii_text or '…'}{note}", style=style)
        case IntentMatched():
            slots = " ".join(f"{k}={v}" for k, v in event.pii_slots.items())
            return Text(f"{at}means  {event.name} {slots}", style="dim")
        case ReplyReady():
            return Text(f"{at}agent  {event.pii_text or '♪'}", style="bold green")
        case TurnFinished():
            return Text(f"{at}       ").append_text(waterfall(event))
        case _:
            return _aside(record, at)


def _aside(record: Record, at: str) -> Text | None:
    match record.event:
        case BargeIn(by=by):
            return Text(f"{at}✋ barge-in ({by})", style="yellow")
        case StopHeard():
            return Text(f"{at}✋ stop word", style="yellow")
        case TurnCancelled(reason="no speech"):
            return Text(f"{at}… nothing was said", style="dim")
        case TurnCancelled(reason="cancelled" | "muted" as reason):
            return Text(f"{at}✋ {reason}", style="dim")
        case AlarmRang(pii_text=text):
            return Text(f"{at}⏰ {text}", style="bold yellow")
        case PlanRan(pii_text=text, ok=ok) if text:
            return Text(f"{at}⏱ {text}", style="yellow" if ok else "bold red")
        case EarconPlayed(name=name) if name != "alarm":
            return Text(f"{at}♪ {name}", style="dim")
        case Degraded(what=what, why=why, hint=hint):
            note = f" ({here(hint)})" if hint else ""
            return Text(f"{at}! {what}: {why}{note}", style="bold red")
        case _:
            return None
