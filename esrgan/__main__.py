"""`python -m esrgan`; letters that the output cannot hold, such as α, become question marks."""

import io
import sys

from esrgan.cli import main

for stream in (sys.stdout, sys.stderr):
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="replace")
sys.exit(main())
