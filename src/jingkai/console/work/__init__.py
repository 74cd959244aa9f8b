"""Long work as people see it: how far it is, what went wrong, what came of it."""
