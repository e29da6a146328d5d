"""Sendcloud."""
