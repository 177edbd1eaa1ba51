"""What the page remembers about one visitor."""

from dataclasses import dataclass, field, replace

from demo.scene import Mode, Scene, place, upscaler, usable
from esrgan.images import Picture
from esrgan.weights import Model


@dataclass
class Latest:
    """The newest revision of one visitor; work on an older one stops."""

    revision: int = 0

    def rise(self) -> int:
        """A new revision."""
        self.revision += 1
        return self.revision


@dataclass(frozen=True)
class Session:
    """A visitor's picture and window. Frozen: a handler that changes it returns another.

    Attributes
    ----------
    revision
        Rises with every new picture or window.
    overview
        Path of the whole picture, reduced for the screen.
    pair
        The networks that the slider moves.
    latest
        Shared by all sessions of the visitor.
    """

    revision: int
    name: str
    picture: Picture = field(repr=False)
    scene: Scene = field(repr=False)
    overview: str
    pair: Model
    latest: Latest = field(default_factory=Latest, repr=False)

    @property
    def is_current(self) -> bool:
        """Whether the visitor still looks at this window."""
        return self.revision == self.latest.revision

    def placed(self, mode: Mode, x: float, y: float) -> "Session":
        """The same picture, another window."""
        scene = place(self.picture, mode, x, y, self.scene.scale)
        return replace(self, revision=self.latest.rise(), scene=scene)

    def with_pair(self, pair: Model) -> "Session":
        """The same picture seen by other networks: of another scale, through another window."""
        scene, scale = self.scene, upscaler(pair).scale
        if scale != scene.scale:
            scene = place(self.picture, usable(scene.mode, scale), *scene.centre, scale)
        return replace(self, revision=self.latest.rise(), scene=scene, pair=pair)
