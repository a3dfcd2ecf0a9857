"""Stop, repeat, help, and why."""
