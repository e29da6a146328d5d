"""Who may come in at which address: the addresses with what they need, and the one place that holds them to it."""
