"""qoo10-connector: the daemon behind the label printer."""
