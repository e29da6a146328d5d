"""The source kind ``aftership``: scans heard of by AfterShip Tracking."""
