"""Example pictures, and short scripts that use the package."""
