"""Sagawa 飛脚ゆうパケット便: its CSV of labels."""
