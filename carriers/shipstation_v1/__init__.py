"""ShipStation V1."""
