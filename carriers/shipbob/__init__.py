"""The source kind ``shipbob``: ShipBob's webhooks."""
