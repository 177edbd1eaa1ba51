"""A link to what a visitor sees: example, networks, way of use and window.

It names nothing that was uploaded. The browser makes it, and takes its α, which is only checked
here; the rest is read here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from demo import networks
from demo.requests import is_fraction
from demo.scene import Mode
from esrgan.weights import Model
from examples.pictures import PICTURES

FIRST_EXAMPLE = "cat"
READ = ("example", "pair", "mode", "x", "y")
"""What is read of an address; α is the browser's, and anything else somebody else's."""


@dataclass(frozen=True)
class Link:
    """What an address asks for.

    Attributes
    ----------
    window
        Way of use, and the window's centre as fractions of the picture; None for the usual one.
    is_understood
        Whether everything in it that is ours makes sense here; what does not is left out.
    """

    example: str
    pair: Model
    window: tuple[Mode, float, float] | None
    is_understood: bool


def read_link(query: Mapping[str, str]) -> Link:
    """Read the query of the page's address; it is arbitrary."""
    asked = {name: query[name] for name in READ if name in query}
    example = asked.get("example", FIRST_EXAMPLE)
    pair = asked.get("pair", networks.first_pair().name)
    is_example, is_ready = example in PICTURES, pair in networks.ready_pairs()
    window = _window(asked)
    is_placed = window is not None or not asked.keys() & {"mode", "x", "y"}
    return Link(
        example if is_example else FIRST_EXAMPLE,
        networks.named_pair(pair) if is_ready else networks.first_pair(),
        window,
        is_example and is_ready and is_placed and _is_fraction(query.get("alpha", "0")),
    )


def _window(asked: Mapping[str, str]) -> tuple[Mode, float, float] | None:
    """Way of use and centre, if all of it is there."""
    try:
        mode, x, y = Mode(asked["mode"]), asked["x"], asked["y"]
    except (KeyError, ValueError):
        return None
    return (mode, float(x), float(y)) if _is_fraction(x) and _is_fraction(y) else None


def _is_fraction(value: str) -> bool:
    """Whether a text is a number between 0 and 1."""
    try:
        return is_fraction(float(value))
    except ValueError:
        return False
