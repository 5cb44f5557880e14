"""A small invented city with planted stories. Knows nothing of the program but its model: it must not help it."""
