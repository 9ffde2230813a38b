"""The way of a request on GitHub, in errands: greet, carry out, settle, deploy.

Each errand is a sequence of named steps over ports; whoever runs them makes them durable. Decides
nothing about a change: that is the pipeline's and the gate's.
"""
