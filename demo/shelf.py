"""Visitors' decoded pictures, in bounded memory."""

from threading import Lock
from weakref import WeakKeyDictionary

from demo import refusals
from esrgan.images import Picture

BUDGET_BYTES = 2_000_000_000


class Ticket:
    """Stands for one picture on a shelf; when nobody has it any more, the picture goes too."""


class Shelf:
    """Pictures by their tickets; where they are too much, the least recently used is put away."""

    def __init__(self, budget: int = BUDGET_BYTES) -> None:
        self._budget, self._lock = budget, Lock()
        self._pictures: WeakKeyDictionary[Ticket, Picture] = WeakKeyDictionary()

    def put(self, picture: Picture) -> Ticket:
        """Keep a picture; returns what it is found by."""
        ticket = Ticket()
        with self._lock:
            self._pictures[ticket] = picture
            while len(self._pictures) > 1 and self._bytes() > self._budget:
                del self._pictures[next(self._pictures.keys())]
        return ticket

    def find(self, ticket: Ticket) -> Picture:
        """The picture of a ticket, which counts as used now.

        Raises
        ------
        ValueError
            If it has been put away.
        """
        with self._lock:
            picture = self._pictures.pop(ticket, None)
            if picture is None:
                raise ValueError(refusals.PUT_AWAY)
            self._pictures[ticket] = picture
            return picture

    def _bytes(self) -> int:
        """Memory of all pictures."""
        return sum(_bytes_of(picture) for picture in self._pictures.values())


def _bytes_of(picture: Picture) -> int:
    """Memory of one picture."""
    opacity = picture.opacity
    return picture.pixels.nbytes + (0 if opacity is None else opacity.nbytes)


SHELF = Shelf()
