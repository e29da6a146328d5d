"""Yamato B2クラウド: its CSV of issued labels."""
