"""Reminders: words that are told at their time."""
