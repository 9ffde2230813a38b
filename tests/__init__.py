"""Tests: behaviour in sentences; the command as people run it, against real repositories."""
