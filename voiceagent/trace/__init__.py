"""What happened and why: the one event vocabulary, trace, turn rows, report."""
