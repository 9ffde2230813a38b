"""Public data sets that a user has on disk, as tasks of the arena.

Each module knows one set's files. Nothing is downloaded, nothing of a set is part of this project,
and what cannot be loaded is counted with its reason, never dropped in silence.
"""
