"""What waits, entry by entry, and the whole story of one: in words, as JSON, on a terminal."""
