"""A merge on its way to the clouds: what ``bot.core.rollout`` decides, carried out over the ports.

Decides nothing about when or whether; it must never carry out an action that the state does not
ask for, and every action looks before it acts.
"""
