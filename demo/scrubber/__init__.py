"""The component in which the picture, the slider and the crops live."""

from demo.scrubber.scrubber import AlphaScrubber, Pane, Thumbnail, View

__all__ = ["AlphaScrubber", "Pane", "Thumbnail", "View"]
