"""Models that know what is right and err at set rates.

They answer the real prompts in real JSON, so that everything around a model can be measured
against what probability says must come out. They never stand in for a real model's figures.
"""
