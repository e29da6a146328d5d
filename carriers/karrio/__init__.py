"""Karrio."""
