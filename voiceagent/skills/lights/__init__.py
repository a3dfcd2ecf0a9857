"""Lights and switches."""
