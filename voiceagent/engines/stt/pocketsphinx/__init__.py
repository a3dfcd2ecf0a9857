"""PocketSphinx over the grammar: live search, final pass, panel of models."""
