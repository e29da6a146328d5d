"""The product's words as frozen dataclasses, and its decisions as tables. No I/O, no clock."""
