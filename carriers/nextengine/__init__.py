"""``nextengine``: NextEngine, a Japanese order management system that is polled."""
