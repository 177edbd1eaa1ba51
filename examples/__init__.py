"""Short scripts that use the package, and example pictures for them and the page."""
