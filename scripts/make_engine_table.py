#!/usr/bin/env python3
"""Writes the table of engines into `docs/engines.md`, from the registry.

.venv/bin/python scripts/make_engine_table.py
"""

from __future__ import annotations

import argparse
from pathlib import Path

from voiceagent.engines.registry import table

PAGE = Path(__file__).resolve().parents[1] / "docs" / "engines.md"
BEGIN, END = "<!-- engines -->\n", "<!-- end of engines -->\n"


def main() -> None:
    """The page, with what stands between the marks made anew."""
    argparse.ArgumentParser(description=__doc__.partition("\n")[0]).parse_args()
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    _, _, behind = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}{table()}{END}{behind}", encoding="utf-8")


if __name__ == "__main__":
    main()
