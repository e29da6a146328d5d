"""EasyPost: trackers and refunds, pushed as events."""
