"""`voiceagent gateway tools`, `pin`, `check`, `audit`: what a person looks at."""

from __future__ import annotations

import json as json_text
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from voiceagent.cli.shared import (
    ConfigOption,
    JsonOption,
    configure,
    console,
    emit_json,
)
from voiceagent.errors import CheckFailed, UsageError

if TYPE_CHECKING:
    from voiceagent.gateway.pins import OfferedTool
    from voiceagent.gateway.server import Gateway

__all__ = ["audit", "check", "pin", "tools"]

LEAST_PIN = 8
"""Letters of a hash that name a tool."""


def tools(json: JsonOption = False, config: ConfigOption = None) -> None:
    """Connect to the servers and list their tools: pinned, held back, or unfit."""
    from voiceagent.app.gateway import make_gateway
    from voiceagent.clock import run
    from voiceagent.gateway.server import quiet

    gateway = make_gateway(configure(config), proved=False)
    quiet()

    async def main() -> None:
        async with gateway.running():
            for row in _rows(gateway):
                if json:
                    emit_json(row)
                    continue
                state = f"{row['state']}: {row['why']}" if row["why"] else row["state"]
                line = f"{row['tool']:40} {row['class']:10} {state}"
                console().print(line, markup=False, soft_wrap=True)

    run(main())


def _rows(gateway: Gateway) -> list[dict[str, Any]]:
    state = gateway.catalogue.state
    rows = [
        {
            "tool": name,
            "class": one.tool.klass.value,
            "state": one.state.value,
            "pin": one.pin,
            "why": one.reason,
        }
        for name, one in sorted({**state.tools, **state.held_back}.items())
    ]
    empty = {"tool": "-", "class": "-", "pin": ""}
    rows += [{**empty, "state": "unfit", "why": why} for why in state.unfit]
    rows += [
        {
            **empty,
            "tool": f"{one.name}__*",
            "state": one.state.value,
            "why": one.trouble,
        }
        for one in gateway.catalogue.upstreams.values()
        if one.state.value != "up"
    ]
    return rows


def pin(
    name: Annotated[str, typer.Argument(help="As `gateway tools` shows it.")],
    seen: Annotated[
        str,
        typer.Option("--as", help="The hash of what you have looked at: pin it."),
    ] = "",
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Show how a tool that is held back differs from what is pinned, or pin it."""
    from voiceagent.app.gateway import gateway_pins
    from voiceagent.gateway.tool import SEPARATOR

    loaded = configure(config)
    pins = gateway_pins(loaded)
    try:
        offered = [
            one
            for one in pins.offers()
            if name in (f"{one.server}{SEPARATOR}{one.name}", one.name)
        ]
        chosen = [one for one in offered if seen and one.pin.startswith(seen)]
        if not offered or (seen and (len(chosen) != 1 or len(seen) < LEAST_PIN)):
            raise UsageError(
                f"there is no such `{name}` that waits for a look",
                cause="it is pinned, gone, or another one by now",
                hint="`voiceagent gateway tools` shows what is held back",
            )
        if not seen:
            return _shown(offered, name, json=json)
        (one,) = chosen
        done = pins.pin(one.server, one.name, one.pin)
    finally:
        pins.close()
    if json:
        return emit_json({"tool": name, "pin": one.pin, "pinned": done})
    if not done:
        raise CheckFailed(f"`{name}` is another one by now: look again")
    console().print(f"pinned {name} as {one.pin[:16]}", markup=False)


def _shown(offered: list[OfferedTool], name: str, *, json: bool) -> None:
    for one in offered:
        if json:
            emit_json(
                {
                    "tool": name,
                    "pin": one.pin,
                    "why": one.reason,
                    "differences": one.differences,
                }
            )
            continue
        told = [f"{name}: {one.reason}", *(f"  {line}" for line in one.differences)]
        told.append(f"  pin it: voiceagent gateway pin {name} --as {one.pin[:16]}")
        console().print("\n".join(told), markup=False, soft_wrap=True)


def check(
    policy: Annotated[Path, typer.Argument(help="A file of Cedar policies.")],
    tool: Annotated[str, typer.Option(help="As it is listed.")],
    principal: Annotated[str, typer.Option("--as", help="Who calls.")] = "local",
    arguments: Annotated[str, typer.Option(help="A JSON object.")] = "{}",
    remaining_ms: Annotated[float, typer.Option(help="What is left.")] = 10_000.0,
    caller: Annotated[str, typer.Option(help="agent, region or client.")] = "client",
    data_class: Annotated[str, typer.Option(help="What may leave.")] = "",
    offline: Annotated[bool, typer.Option("--offline")] = False,
    json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Say whether a call would be allowed, by which line; exit 1 where it is not."""
    from voiceagent.app.gateway import gateway_pins, gateway_world
    from voiceagent.gateway.policy import PolicyQuestion, ToolPolicies

    loaded = configure(config)
    pins = gateway_pins(loaded)
    try:
        world = gateway_world(loaded, pins)(())
    finally:
        pins.close()
    policies = ToolPolicies()
    policies.load(_text(policy), world, policy.name)
    known = {one.listed_name: one for one in world.tools}
    if tool not in known:
        raise UsageError(
            f"no tool `{tool}` is pinned",
            cause="a policy is held against tools that were seen",
            hint="`voiceagent gateway tools` looks at all servers once",
        )
    found = policies.decide(
        PolicyQuestion(
            *(principal, known[tool], _object(arguments), remaining_ms / 1000, caller),
            region=loaded.serve.region,
            data_class=data_class,
            offline=offline,
        )
    )
    if json:
        emit_json(
            {
                "allowed": found.allowed,
                "confirm": found.confirm,
                "why": found.why,
                "lines": found.lines,
            }
        )
    else:
        verdict = "allowed" if found.allowed else "denied"
        asked = ", after the user has said yes" if found.confirm else ""
        console().print(f"{verdict}{asked}: {found.why}", markup=False)
    if not found.allowed:
        raise CheckFailed("it would not be allowed")


def _text(policy: Path) -> str:
    try:
        return policy.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"`{policy}` cannot be read", cause=str(error)) from error


def _object(text: str) -> dict[str, Any]:
    try:
        found = json_text.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise UsageError(
            "`--arguments` is no object of JSON",
            hint='such as --arguments \'{"door": "front"}\'',
        )
    return found


def audit(
    verify: Annotated[
        bool, typer.Option("--verify", help="Whether all is as it was written.")
    ] = False,
    export: Annotated[str, typer.Option(help="`ocsf`: API Activity, class 6003.")] = "",
    last: Annotated[int, typer.Option(min=1, help="How many records.")] = 20,
    config: ConfigOption = None,
) -> None:
    """Print what was decided over calls, one JSON object a line; `--verify`: exit 1
    where a record was changed, dropped or put elsewhere."""
    from voiceagent.app.gateway import gateway_folder
    from voiceagent.gateway.audit_report import entries_for_export, read_audit

    if export not in ("", "ocsf"):
        raise UsageError(f"`{export}` is not known", hint="`--export ocsf`")
    reading = read_audit(gateway_folder(configure(config)))
    if export:
        for event in entries_for_export(reading):
            emit_json(event)
    elif not verify:
        for entry in reading.entries[-last:]:
            emit_json(entry)
    if not verify:
        return
    findings = reading.verdict.findings
    for finding in findings:
        emit_json({"record": finding.number, "what": finding.words})
    if findings:
        raise CheckFailed(f"the record was tampered with: {len(findings)} findings")
    count = len(reading.entries)
    console().print(f"{count} records, as they were written", markup=False)
