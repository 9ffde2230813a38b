"""From a judged change to every cloud that runs it: stages, waves, health, and the way back.

Decides the order of things and what counts as healthy; it does nothing itself, so that every step
can be tried on values alone.
"""
