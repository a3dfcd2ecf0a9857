"""Words to a meaning, to a question back, or to "not mine"."""
