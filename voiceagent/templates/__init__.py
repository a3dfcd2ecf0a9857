"""Sentence templates: read, checked, joined, walked, matched; the word automaton."""
