"""The source kind ``smaregi``: webhooks of Smaregi's order management."""
