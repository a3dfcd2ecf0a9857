"""Skills: a folder each, with sentence templates (YAML) and a handler."""
