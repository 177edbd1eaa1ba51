"""Exit statuses of the commands; 0 means success."""

BAD_INPUT = 2
INTERRUPTED = 130
