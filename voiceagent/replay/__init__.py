"""Recorded conversations played again: scenarios, paces, faults, what-if."""
