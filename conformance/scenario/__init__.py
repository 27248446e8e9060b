"""Scenario files: their grammar, their model, and how the one becomes the other."""
