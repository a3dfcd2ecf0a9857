"""Commands that wait for their time, or for somebody to come or go."""
