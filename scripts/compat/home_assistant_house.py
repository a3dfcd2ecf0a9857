#!/usr/bin/env python3
"""Commands to a real Home Assistant, checked by its own API.

40 commands on its demo house with a few rooms, 10 on things that it does not know any
more, and a server that refuses, hangs and is gone. Prints what was not right.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from home_assistant_server import Server, demo_server
from websockets.sync.client import connect

VOICEAGENT = Path(sys.executable).with_name("voiceagent")
ROOMS: Mapping[str, list[dict[str, Any]]] = {
    "Kitchen": [
        {"entity_id": "light.kitchen_lights"},
        {"entity_id": "cover.kitchen_window"},
        {"entity_id": "switch.ac", "aliases": ["Air Conditioner"]},
    ],
    "Bedroom": [
        {"entity_id": "light.bed_light"},
        {"entity_id": "fan.ceiling_fan", "name": "Fan"},
    ],
    "Living Room": [
        {"entity_id": "light.living_room_rgbww_lights", "name": "Corner Lamp"},
        {"entity_id": "fan.living_room_fan", "name": "Fan"},
        {"entity_id": "cover.living_room_window"},
        {"entity_id": "climate.heatpump"},
    ],
    "Hall": [
        {"entity_id": "cover.hall_window"},
    ],
}
Test = Callable[[str, Mapping[str, Any]], bool]


@dataclass(frozen=True)
class Line:
    """A command, and what Home Assistant says afterwards."""

    said: str
    entity: str
    right: Test
    answer: str = ""
    """A part of what is answered."""
    yes: bool = False


def state(*wanted: str) -> Test:
    return lambda found, _: found in wanted


def attribute(key: str, wanted: float, near: float = 0.02) -> Test:
    def right(_: str, attributes: Mapping[str, Any]) -> bool:
        got = attributes.get(key)
        return isinstance(got, int | float) and abs(got - wanted) <= near

    return right


def colour(red: bool, green: bool, blue: bool) -> Test:
    def right(_: str, attributes: Mapping[str, Any]) -> bool:
        shown = attributes.get("rgb_color") or (0, 0, 0)
        return [part > 120 for part in shown] == [red, green, blue]

    return right


ON, OFF = state("on"), state("off")
LINES = [
    Line("turn off the ceiling lights", "light.ceiling_lights", OFF),
    Line("turn on the ceiling lights", "light.ceiling_lights", ON),
    Line("turn off the decorative lights", "switch.decorative_lights", OFF),
    Line("switch the decorative lights on", "switch.decorative_lights", ON),
    Line("set the bed light to blue", "light.bed_light", colour(False, False, True)),
    Line("set the bed light to red", "light.bed_light", colour(True, False, False)),
    Line(
        "set the kitchen lights to 30 percent",
        "light.kitchen_lights",
        attribute("brightness", 76, 3),
    ),
    Line("turn off the lights in the kitchen", "light.kitchen_lights", OFF),
    Line(
        "dim the bed light to 10 percent",
        "light.bed_light",
        attribute("brightness", 26, 3),
    ),
    Line("turn on the corner lamp", "light.living_room_rgbww_lights", ON),
    Line("turn off the living room lights", "light.living_room_rgbww_lights", OFF),
    Line("turn on the fan in the bedroom", "fan.ceiling_fan", ON),
    Line("turn on the living room fan", "fan.living_room_fan", ON),
    Line("turn off the bedroom fan", "fan.ceiling_fan", OFF),
    Line("turn on the fan", "fan.ceiling_fan", OFF, "Which fan"),
    Line("turn on the air conditioner", "switch.ac", ON),
    Line("turn off AC", "switch.ac", OFF),
    Line("open the kitchen window", "cover.kitchen_window", state("open", "opening")),
    Line(
        "close the living room window",
        "cover.living_room_window",
        state("closing", "closed"),
    ),
    Line(
        "open the garage door",
        "cover.garage_door",
        state("closed"),
        "Do you want me to",
    ),
    Line(
        "open the garage door", "cover.garage_door", state("opening", "open"), yes=True
    ),
    Line(
        "unlock the front door", "lock.front_door", state("locked"), "Do you want me to"
    ),
    Line("unlock the front door", "lock.front_door", state("unlocked"), yes=True),
    Line("lock the front door", "lock.front_door", state("locked")),
    Line("lock the kitchen door", "lock.kitchen_door", state("locked")),
    Line(
        "set the heat pump to 22 degrees",
        "climate.heatpump",
        attribute("temperature", 22),
    ),
    Line("set hvac to 19 degrees", "climate.hvac", attribute("temperature", 19)),
    Line(
        "set hvac to 29 degrees",
        "climate.hvac",
        attribute("temperature", 19),
        "Do you want",
    ),
    Line("pause the walkman", "media_player.walkman", state("paused")),
    Line("resume the walkman", "media_player.walkman", state("playing")),
    Line("pause the kitchen player", "media_player.kitchen", state("paused")),
    Line(
        "set the walkman volume to 20 percent",
        "media_player.walkman",
        attribute("volume_level", 0.2),
    ),
    Line("mute the walkman", "media_player.walkman", lambda _, a: a["is_volume_muted"]),
    Line("is the bed light on", "light.bed_light", ON, "Yes, the bed light is on"),
    Line("is the front door locked", "lock.front_door", state("locked"), "Yes"),
    Line(
        "what is the outside humidity",
        "sensor.outside_humidity",
        state("54"),
        "54 percent",
    ),
    Line(
        "what is the outside temperature",
        "sensor.outside_temperature",
        state("15.6"),
        "15.6",
    ),
    Line("turn off the lights in the bedroom", "light.bed_light", OFF),
    Line("turn off everything in the kitchen", "switch.ac", OFF),
    Line("turn on the patio lights", "light.bed_light", OFF, "can't"),
]
GONE = {
    "light.bed_light": "turn on the bed light",
    "light.ceiling_lights": "turn off the ceiling lights",
    "switch.ac": "turn on the air conditioner",
    "switch.decorative_lights": "turn off the decorative lights",
    "fan.ceiling_fan": "turn on the bedroom fan",
    "cover.kitchen_window": "close the kitchen window",
    "cover.hall_window": "close the hall window",
    "climate.heatpump": "set the heat pump to 20 degrees",
    "climate.hvac": "set hvac to 20 degrees",
    "sensor.outside_humidity": "what is the outside humidity",
}


class Agent:
    """`voiceagent` as a user calls it."""

    def __init__(self, server: Server, folder: Path) -> None:
        self._folder = folder
        self._server = server
        self.token = server.token

    def run(self, *words: str) -> tuple[str, str]:
        """What stands on stdout and stderr."""
        environ = {
            **os.environ,
            "HOME": str(self._folder),
            "XDG_STATE_HOME": str(self._folder / "state"),
            "HOME_ASSISTANT_TOKEN": self.token,
            "VOICEAGENT_HOME_ASSISTANT__URL": self._server.url,
        }
        command = [str(VOICEAGENT), *words]
        done = subprocess.run(
            command, env=environ, cwd=self._folder, capture_output=True, text=True
        )
        return done.stdout.strip(), done.stderr.strip()


def furnish(server: Server) -> None:
    """A few rooms, names and aliases."""
    with connect(f"ws{server.url[4:]}/api/websocket", proxy=None) as wire:
        number = 0

        def ask(kind: str, **more: Any) -> Any:
            nonlocal number
            number += 1
            wire.send(json.dumps({"id": number, "type": kind, **more}))
            answer = json.loads(wire.recv())
            assert answer["success"], answer
            return answer["result"]

        wire.recv()
        wire.send(json.dumps({"type": "auth", "access_token": server.token}))
        wire.recv()
        for room, things in ROOMS.items():
            area = ask("config/area_registry/create", name=room)["area_id"]
            for thing in things:
                ask("config/entity_registry/update", area_id=area, **thing)


def rename(server: Server, ids: list[str]) -> None:
    """Things get other ids, so that the old ones are unknown."""
    with connect(f"ws{server.url[4:]}/api/websocket", proxy=None) as wire:
        wire.recv()
        wire.send(json.dumps({"type": "auth", "access_token": server.token}))
        wire.recv()
        for number, name in enumerate(ids, 1):
            change = {"entity_id": name, "new_entity_id": f"{name}_moved"}
            kind = "config/entity_registry/update"
            wire.send(json.dumps({"id": number, "type": kind, **change}))
            assert json.loads(wire.recv())["success"], name


def commands(server: Server, agent: Agent) -> list[str]:
    """What was not right."""
    wrong = []
    for line in LINES:
        said, _ = agent.run("ask", line.said, *(["--yes"] if line.yes else []))
        time.sleep(0.2)
        found, attributes = server.state(line.entity)
        if not line.right(found, attributes) or line.answer not in said:
            wrong.append(f"{line.said!r}: {said!r}, and {line.entity} is {found}")
    return wrong


def missing(server: Server, agent: Agent) -> list[str]:
    """Answers on things that Home Assistant does not know that are not honest."""
    rename(server, list(GONE))
    time.sleep(1.0)
    before = {name: server.state(f"{name}_moved")[0] for name in GONE}
    wrong = []
    for name, said in GONE.items():
        answer, _ = agent.run("ask", said)
        same = server.state(f"{name}_moved")[0] == before[name]
        if "don't find" not in answer or not same:
            wrong.append(f"{said!r}: {answer!r}")
    listed, _ = agent.run("house", "check")
    if len(listed.splitlines()) != len(GONE):
        wrong.append(f"house check: {listed}")
    return wrong


def trouble(server: Server, agent: Agent) -> list[str]:
    """Words for a server that refuses, hangs and is gone that are not its own."""
    wrong = []

    def expect(words: str, why: str) -> None:
        answer, told = agent.run("ask", "--why", "turn off the kitchen lights")
        if words not in answer or why not in told:
            wrong.append(f"wanted {words!r}: {answer!r}, {told!r}")

    agent.run("ask", "turn on the kitchen lights")
    agent.token = "wrong"
    expect("does not accept my token", "401")
    agent.token = server.token
    server.process.send_signal(signal.SIGSTOP)
    expect("does not answer", "took too long")
    server.process.send_signal(signal.SIGCONT)
    time.sleep(2.0)
    if server.state("light.kitchen_lights")[0] != "on":
        wrong.append("a command that was given up happened later")
    server.process.terminate()
    server.process.wait()
    expect("can't reach", "refused")
    return wrong


def main() -> int:
    hass, folder = Path(sys.argv[1]), Path(sys.argv[2])
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with demo_server(hass, folder / "hass", port) as server:
        furnish(server)
        home = folder / "home"
        home.mkdir()
        agent = Agent(server, home)
        print(agent.run("house", "import")[0])
        wrong = {
            f"{len(LINES)} commands": commands(server, agent),
            f"{len(GONE)} things that are gone": missing(server, agent),
            "a server in trouble": trouble(server, agent),
        }
    for what, lines in wrong.items():
        print(f"{what}: {'all right' if not lines else f'{len(lines)} wrong'}")
        for line in lines:
            print(f"    {line}")
    return 1 if any(wrong.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
