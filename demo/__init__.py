"""The ESRGAN page: layout, handlers, and the scrubber component."""
