"""ShipStation V2 (the former ShipEngine)."""
