"""`voiceagent plugins`: what other distributions bring, and what is wrong with it."""

from __future__ import annotations

from voiceagent.cli.shared import JsonOption, console, emit_json, errors

__all__ = ["plugins"]


def plugins(json: JsonOption = False) -> None:
    """List the plugins that are installed, each loaded in a process of its own."""
    import msgspec

    from voiceagent.app.plugin_probe import probed
    from voiceagent.app.plugins import SWITCH, seen
    from voiceagent.app.plugins import plugins as offered

    if not seen():
        errors().print(f"plugins are hidden here: {SWITCH}=on shows them", markup=False)
        return
    found = False
    for told in probed(offered()):
        found = True
        if json:
            emit_json(msgspec.to_builtins(told))
            continue
        mark = "✗" if told.error else "✓"
        what = f"{told.kind} {told.name}"
        source = f"{told.distribution} {told.version}"
        console().print(
            f"{mark} {what:24} {source:24} {told.error or told.offers}", markup=False
        )
    if not found and not json:
        errors().print("no plugins are installed", markup=False)
