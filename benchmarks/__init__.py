"""Scripts for developers: measurements, fits of constants, and documents made from results."""
