"""The sample fleet as real processes on loopback: they call each other, refuse, break and count.

Decides nothing about changes. It must never listen or call outside 127.0.0.0/8, and nothing of it
outlives the process that opened it. This module imports nothing: a server's process starts with it.
"""
