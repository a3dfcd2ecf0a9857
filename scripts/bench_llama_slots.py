#!/usr/bin/env python3
"""Eight streams at once on one regional model: eight slots against one.

    .venv/bin/python scripts/bench_llama_slots.py [--streams 8] [--runs 3]

The model is a llama of random weights, written for the occasion: speed does not depend
on what it says. Runs alternate, medians and ratios are told.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from contextlib import aclosing
from pathlib import Path

from voiceagent.message import Message
from voiceagent.region.backend import AnswerText, Request, Usage
from voiceagent.region.config import LlamaConfig
from voiceagent.region.llama import LlamaBackend
from voiceagent.trace.turn_rows import percentile

TEMPLATE = (
    "{% for message in messages %}{{ message.role }}: {{ message.content }}\n"
    "{% endfor %}assistant:"
)
TOKENS = 48


async def one(backend: LlamaBackend, number: int) -> tuple[float, int]:
    """Seconds to the first words, and tokens made."""
    words = f"turn on the kitchen light number {number} please " * 2
    request = Request(messages=(Message("user", words),), max_tokens=TOKENS)
    began, first, tokens = time.perf_counter(), 0.0, 0
    async with aclosing(backend.answer(request)) as outputs:
        async for output in outputs:
            if isinstance(output, AnswerText) and not first:
                first = time.perf_counter() - began
            elif isinstance(output, Usage):
                tokens = output.output_tokens or 0
    return first or time.perf_counter() - began, tokens


async def measure(model: str, slots: int, streams: int, runs: int) -> dict[str, float]:
    config = LlamaConfig(model=model, slots=slots, context=512, threads=2)
    backend = LlamaBackend(config)
    await backend.start()
    await one(backend, 0)
    first: list[float] = []
    rates: list[float] = []
    for run in range(runs):
        began = time.perf_counter()
        asked = (one(backend, run * streams + n) for n in range(streams))
        done = await asyncio.gather(*asked)
        took = time.perf_counter() - began
        first += [ttft for ttft, _ in done]
        rates.append(sum(tokens for _, tokens in done) / took)
    await backend.close()
    return {
        "p50": percentile(first, 0.5) * 1000,
        "p95": percentile(first, 0.95) * 1000,
        "rate": statistics.median(rates),
    }


def main() -> None:
    from lib.from_tests import tiny_llama

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=8)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        made = tiny_llama(Path(folder) / "m.gguf", template=TEMPLATE, width=1024)
        megabytes = made.stat().st_size / 1e6
        found: dict[int, list[dict[str, float]]] = {1: [], given.streams: []}
        for _ in range(2):
            for slots in found:
                result = measure(str(made), slots, given.streams, given.runs)
                found[slots].append(asyncio.run(result))
    print(f"model of {megabytes:.0f} MB, {given.streams} streams of {TOKENS} tokens")
    means = {
        slots: {k: statistics.median(r[k] for r in rows) for k in rows[0]}
        for slots, rows in found.items()
    }
    for slots, row in means.items():
        first = f"first words p50 {row['p50']:.0f}, p95 {row['p95']:.0f} ms"
        print(f"{slots} slots: {first}, {row['rate']:.0f} tokens/s")
    one_slot, many = means[1], means[given.streams]
    sooner, more = one_slot["p95"] / many["p95"], many["rate"] / one_slot["rate"]
    print(f"first words {sooner:.1f} x sooner (p95), {more:.2f} x the tokens a second")
    raise SystemExit(not (sooner >= 5 and more >= 1.8))


if __name__ == "__main__":
    main()
