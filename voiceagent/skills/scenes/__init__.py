"""Scenes and scripts."""
