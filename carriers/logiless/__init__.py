"""``logiless``: LOGILESS, a Japanese warehouse and order system that is polled."""
