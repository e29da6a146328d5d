"""``openlogi``: OPENLOGI, a Japanese warehouse service that is polled."""
