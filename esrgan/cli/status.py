"""What a command's exit status says, beside 0 for success."""

BAD_INPUT = 2
INTERRUPTED = 130
