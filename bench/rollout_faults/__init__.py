"""Rollouts under faults: what is disturbed, how it must end, and what must hold afterwards.

Every request moves a server on by one address, which is three stages in two clouds. Meanwhile the
bot is killed, Jenkins restarts, forgets, fails and hangs, Prometheus and the clouds do not answer,
GitHub is away. A fault that passes must end in deployed; one that lasts must end in everything
taken back; one that disturbs the way back too must end in a loud stop that ``/cfg resume`` ends.
"""
