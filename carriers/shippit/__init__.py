"""The source kind ``shippit``: Shippit's webhooks."""
