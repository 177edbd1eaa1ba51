"""Lists of α on the command line."""

import argparse
from collections.abc import Sequence

ELLIPSES = ("…", "...")


def parse_alphas(text: str) -> tuple[float, ...]:
    """Read numbers separated by commas; an ellipsis continues in steps of the two before it.

    Examples
    --------
    >>> parse_alphas("0,0.25,…,1")
    (0.0, 0.25, 0.5, 0.75, 1.0)
    """
    try:
        return tuple(_expand([part.strip() for part in text.split(",")]))
    except (ValueError, IndexError):
        known = "numbers such as 0,0.5,1 or 0,0.2,…,1"
        raise argparse.ArgumentTypeError(f"expected {known}, not {text!r}") from None


def _expand(parts: Sequence[str]) -> list[float]:
    """The numbers, an ellipsis replaced by the numbers that it stands for."""
    alphas: list[float] = []
    for index, part in enumerate(parts):
        if part in ELLIPSES:
            step, end = alphas[-1] - alphas[-2], float(parts[index + 1])
            count = round((end - alphas[-1]) / step) if step > 0 else 0
            alphas += [round(alphas[-1] + step * number, 9) for number in range(1, count)]
        else:
            alphas.append(float(part))
    return alphas
