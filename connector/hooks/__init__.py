"""Outgoing webhooks: what happened here, told to a warehouse's own systems, signed, in order and at least once."""
