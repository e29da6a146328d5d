"""docs/reference.md: everything with a name that an operator meets, written by the code itself."""
