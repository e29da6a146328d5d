"""Measures this machine with real processes on loopback: ``python -m bench``. See docs/benchmarks.md."""
