#!/usr/bin/env python3
"""A chat server that calls the first tool it is offered, as real ones do: streamed, the
arguments in pieces, then says what the tool told: `python chat_server.py` prints its
port and serves until it is ended."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


def answer(asked: dict[str, Any]) -> list[dict[str, Any]]:
    """The deltas of the answer."""
    last = asked["messages"][-1]
    tools = asked.get("tools") or []
    if last["role"] == "tool" or not tools:
        weather = "rain" if "rain" in str(last.get("content")) else "nothing"
        return [
            {"role": "assistant", "content": t}
            for t in (f"There is {weather} ", "there.")
        ]
    name = tools[0]["function"]["name"]
    call = {"index": 0, "id": "call_1", "type": "function"}
    first = {"tool_calls": [{**call, "function": {"name": name, "arguments": ""}}]}
    return [first, *(_piece(part) for part in ('{"pla', 'ce": "Paris"}'))]


def _piece(part: str) -> dict[str, Any]:
    return {"tool_calls": [{"index": 0, "function": {"arguments": part}}]}


class Chat(BaseHTTPRequestHandler):
    """One request: an answer as server-sent events."""

    def do_POST(self) -> None:
        size = int(self.headers["Content-Length"])
        deltas = answer(json.loads(self.rfile.read(size)))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for delta in deltas:
            self._event({"delta": delta, "finish_reason": None})
        calls = "tool_calls" in deltas[0]
        self._event({"delta": {}, "finish_reason": "tool_calls" if calls else "stop"})
        self.wfile.write(b"data: [DONE]\n\n")

    def _event(self, choice: dict[str, Any]) -> None:
        told = json.dumps({"choices": [{"index": 0, **choice}]})
        self.wfile.write(f"data: {told}\n\n".encode())

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: what is asked stays here."""


with ThreadingHTTPServer(("127.0.0.1", 0), Chat) as server:
    print(server.server_port, flush=True)
    server.serve_forever()
