"""What the page remembers about one visitor."""

from dataclasses import dataclass, field, replace

from demo.scene import Mode, Scene, place
from demo.scrubber import Pane
from esrgan.images import Picture


@dataclass(frozen=True)
class Session:
    """A visitor's picture and window. Frozen: a handler that changes it returns another.

    Attributes
    ----------
    revision
        Rises with every new picture or window.
    overview
        Path of the whole picture, reduced for the screen.
    panes
        The crops that α does not move, as far as they are computed.
    """

    revision: int
    name: str
    picture: Picture = field(repr=False)
    scene: Scene = field(repr=False)
    overview: str
    panes: tuple[Pane, ...] = ()

    def placed(self, mode: Mode, x: float, y: float) -> "Session":
        """The same picture, another window."""
        scene = place(self.picture, mode, x, y)
        return replace(self, revision=self.revision + 1, scene=scene, panes=())

    def with_pane(self, pane: Pane) -> "Session":
        """One more crop is computed."""
        return replace(self, panes=(*self.panes, pane))
