"""Covers and locks."""
