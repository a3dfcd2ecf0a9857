"""English: which words "a" and "an" stand before."""

from __future__ import annotations

__all__ = ["CONSONANT_SOUNDS", "NO_PLURALS", "SILENT", "VOWELS"]

VOWELS = "aeiou"
CONSONANT_SOUNDS = ("one", "once", "uni", "use", "usu", "eu", "uk", "ute", "ubi")
"""Words that begin with a vowel on paper alone: "a one hour timer"."""
SILENT = ("hour", "honest", "honour", "heir")
"""Words whose first letter is not heard: "an hour"."""
NO_PLURALS = ("ss", "us", "is", "as", "os", "news", "lens", "series")
"""Ends of words that look like several and are one: "a bus", "a gas heater"."""
