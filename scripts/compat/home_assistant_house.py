#!/usr/bin/env python3
"""Commands to a real Home Assistant, checked by its own API.

40 commands on its demo house with a few rooms, typed and then spoken, 10 on things that
it does not know any more, and a server that refuses, hangs and is gone. Prints what was
not right.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from home_assistant_lines import GONE, LINES, ROOMS
from home_assistant_server import Server, demo_server
from home_assistant_spoken import listening, spoken

VOICEAGENT = Path(sys.executable).with_name("voiceagent")
VERDICTS = ("right", "asked", "wrong")


class Agent:
    """`voiceagent` as a user calls it."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.folder = folder
        self._server = server
        self.token = server.token

    def environ(self) -> dict[str, str]:
        """Of a program of this user."""
        return {
            **os.environ,
            "HOME": str(self.folder),
            "XDG_STATE_HOME": str(self.folder / "state"),
            "HOME_ASSISTANT_TOKEN": self.token,
            "VOICEAGENT_HOME_ASSISTANT__URL": self._server.url,
        }

    def run(self, *words: str) -> tuple[str, str]:
        """What stands on stdout and stderr."""
        command = [str(VOICEAGENT), *words]
        done = subprocess.run(
            command,
            env=self.environ(),
            cwd=self.folder,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip(), done.stderr.strip()


def furnish(server: Server) -> None:
    """A few rooms, names and aliases."""
    with server.registry() as ask:
        for room, things in ROOMS.items():
            area = ask("config/area_registry/create", name=room)["area_id"]
            for thing in things:
                ask("config/entity_registry/update", area_id=area, **thing)


def rename(server: Server, ids: list[str]) -> None:
    """Things get other ids, so that the old ones are unknown."""
    with server.registry() as ask:
        for name in ids:
            change = {"entity_id": name, "new_entity_id": f"{name}_moved"}
            ask("config/entity_registry/update", **change)


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


def aloud(server: Server, agent: Agent, voices: list[str]) -> list[str]:
    """What was done wrongly, or said to be done that was not."""
    wrong = []
    command = [str(VOICEAGENT), "listen", "--stdin", "--json"]
    for voice in voices:
        found = Counter[str]()
        with listening(command, agent.environ()) as listener:
            for verdict, why in spoken(listener, server, LINES, voice, agent.folder):
                found[verdict] += 1
                if verdict != "right":
                    print(f"    {voice}, {verdict}: {why}", flush=True)
                if verdict == "wrong":
                    wrong.append(f"{voice}: {why}")
        counts = ", ".join(f"{found[kind]} {kind}" for kind in VERDICTS)
        print(f"{len(LINES)} spoken by {voice}: {counts}", flush=True)
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
    hass, folder, *voices = Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:]
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
            **({"spoken commands": aloud(server, agent, voices)} if voices else {}),
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
