"""Measurements of speed, and of claims that no test repeats."""
