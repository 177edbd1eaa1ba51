"""`python -m esrgan` and the installed command `esrgan`."""

import io
import sys

from esrgan import cli


def main() -> int:
    """Run one command; letters that the output cannot hold, such as α, become question marks."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
