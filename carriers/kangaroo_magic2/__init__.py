"""Seino カンガルー・マジックII: its CSV of shipments."""
