"""Decisions on frozen values. Nothing here reads a file, a clock, the environment or a network."""
