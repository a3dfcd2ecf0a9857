"""The weather, honestly."""
