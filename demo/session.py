"""What the page remembers about one visitor."""

import secrets
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from gradio.data_classes import FileData

from demo import refusals, store
from demo.scene import SIDES_PX, Mode, Scene, place, scale_of, usable
from demo.shelf import SHELF, Ticket
from esrgan.images import Picture
from esrgan.weights import Model

Subject = tuple[Ticket, Mode, Model]


@dataclass
class Latest:
    """What one visitor looks at; work on what was there before stops.

    Attributes
    ----------
    revision
        Of the newest window.
    subject
        Picture, mode and pair: what a download or a figure is of.
    folder
        Name of the folder of all that the visitor is sent; nobody can guess it. A forgotten
        visitor gets another.
    """

    revision: int = 0
    subject: Subject | None = None
    folder: str = field(default_factory=lambda: secrets.token_hex(16))
    _growing: set[int] = field(default_factory=set, repr=False)

    @classmethod
    def above_all(cls) -> "Latest":
        """A counter for a page whose own is lost, above all that it may have seen."""
        return cls(time.time_ns() // 1_000_000)

    def rise(self, subject: Subject) -> int:
        """A new revision."""
        self.revision, self.subject = self.revision + 1, subject
        return self.revision

    @contextmanager
    def growing(self, revision: int) -> Generator[bool, None, None]:
        """Whether nobody else computes this window's curve; then it counts as growing."""
        is_first = revision not in self._growing
        self._growing.add(revision)
        try:
            yield is_first
        finally:
            if is_first:
                self._growing.discard(revision)

    def retire(self) -> str:
        """End all work, and choose another folder; returns the name of the old one."""
        retired, self.folder = self.folder, secrets.token_hex(16)
        self.revision, self.subject = self.revision + 1, None
        return retired


@dataclass(frozen=True)
class Session:
    """A visitor's picture and window. Frozen: a handler that changes it returns another.

    Attributes
    ----------
    revision
        Rises with every new picture or window.
    ticket
        Of the picture on the shelf.
    overview
        Path of the whole picture, reduced for the screen.
    pair
        The networks that the slider moves.
    sent
        Bytes of this window's crops that the page has been sent.
    latest
        Shared by all sessions of the visitor.
    folder
        Name of the folder of what is sent; that of `latest` until the visitor is forgotten.
    example
        Name of the example that this is; empty for an upload.
    """

    revision: int
    name: str
    ticket: Ticket = field(repr=False)
    scene: Scene = field(repr=False)
    overview: str
    pair: Model
    latest: Latest = field(default_factory=Latest, repr=False)
    example: str = ""
    sent: int = 0
    folder: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "folder", self.folder or self.latest.folder)

    def put(self, data: bytes, name: str) -> FileData:
        """Write a file that this visitor's browser may fetch; of a forgotten one nothing stays."""
        file = store.put(data, name, self.folder)
        if self.is_forgotten:
            store.forget(self.folder)
        return file

    def forget(self) -> None:
        """Remove all that the visitor was sent, and what unfinished work still writes."""
        store.forget(self.latest.retire())

    @property
    def is_forgotten(self) -> bool:
        """Whether the visitor has had this picture forgotten."""
        return self.folder != self.latest.folder

    @property
    def is_current(self) -> bool:
        """Whether the visitor still looks at this window."""
        return self.revision == self.latest.revision

    @property
    def subject(self) -> Subject:
        """Picture, mode and pair."""
        return self.ticket, self.scene.mode, self.pair

    @property
    def is_same_subject(self) -> bool:
        """Whether the visitor still looks at this picture in this way, by these networks."""
        return self.subject == self.latest.subject

    def risen(self) -> "Session":
        """The same as the visitor's newest window; work on what was there before stops.

        Raises
        ------
        ValueError
            If it has been forgotten meanwhile.
        """
        if self.is_forgotten:
            raise ValueError(refusals.GONE)
        return replace(self, revision=self.latest.rise(self.subject))

    @property
    def picture(self) -> Picture:
        """The whole picture; a ValueError with one sentence where it has been put away."""
        return SHELF.find(self.ticket)

    def placed(self, mode: Mode, x: float, y: float, side: int = SIDES_PX[0]) -> "Session":
        """The same picture, another window."""
        scene = place(self.picture, mode, x, y, self.scene.scale, side=side)
        return replace(self, scene=scene, sent=0).risen()

    def smaller(self) -> "Session":
        """The same place in the next smaller window; what was sent counts on."""
        scene = self.scene
        side = SIDES_PX[SIDES_PX.index(scene.side) - 1]
        return replace(self.placed(scene.mode, *scene.centre, side), sent=self.sent)

    def with_pair(self, pair: Model) -> "Session":
        """The same picture seen by other networks: of another scale, through another window."""
        scene, scale = self.scene, scale_of(pair)
        if scale != scene.scale:
            mode = usable(scene.mode, scale)
            scene = place(self.picture, mode, *scene.centre, scale, side=scene.side)
        return replace(self, scene=scene, pair=pair, sent=0).risen()
