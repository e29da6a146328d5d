"""The source kind ``printio``: order updates of printio."""
