"""Voice activity engines."""
