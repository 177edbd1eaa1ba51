"""The component in which the picture, the slider and the crops live."""

from demo.scrubber.scrubber import (
    AlphaScrubber,
    Exact,
    Figure,
    Node,
    Pane,
    Place,
    Plane,
    Thumbnail,
    Trace,
    View,
    Whole,
)

__all__ = [
    "AlphaScrubber",
    "Exact",
    "Figure",
    "Node",
    "Pane",
    "Place",
    "Plane",
    "Thumbnail",
    "Trace",
    "View",
    "Whole",
]
