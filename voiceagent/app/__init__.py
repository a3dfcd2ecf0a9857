"""Configuration and composition; the only importer of engines."""
