"""Alarm panels."""
