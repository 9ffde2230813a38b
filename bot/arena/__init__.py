"""Games between models, measured: which pair, which mode, how many rounds.

Decides nothing about a change; the pipeline does. Never runs without a cap on cost and time.
"""
