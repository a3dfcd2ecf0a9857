"""Tools at the edge: whose they are, who may call them, within what time, on record."""
