"""Words to sound: protocol, clauses, cache, rendering, earcons."""
