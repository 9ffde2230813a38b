"""Mutation run over the gate and its rules: which small faults in them would no test notice?

``mutmut`` makes the mutants; a process that has everything imported is forked once a mutant and
runs the tests that execute the mutated statement. Never changes the checkout: all happens in a copy.
"""
