"""Sagawa e飛伝II: its CSV of the shipping history."""
