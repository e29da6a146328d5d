"""Sagawa e飛伝III: its CSV of the shipping history."""
