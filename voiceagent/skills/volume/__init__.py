"""How loud our own voice is."""
