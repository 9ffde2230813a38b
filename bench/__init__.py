"""Benchmarks: each says what was measured, how, and on what machine."""
