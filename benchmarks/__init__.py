"""Developers' scripts: measurements, fitted constants, and what is published from them."""
