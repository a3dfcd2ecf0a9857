"""Which deployment pattern for which task: a simple score, and a plan from what was
measured."""
