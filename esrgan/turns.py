"""Turns at a device: one network runs at a time, in the order in which runs were asked for.

A run uses all cores. Two runs beside each other would take longer than one after the other,
because each would wait for threads that the other keeps from running.
"""

from collections import deque
from threading import Condition


class Turns:
    """A lock that is given in the order of asking: whoever releases it goes to the end."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._waiting: deque[object] = deque()

    def __enter__(self) -> None:
        """Wait for the turn."""
        turn = object()
        with self._changed:
            self._waiting.append(turn)
            try:
                self._changed.wait_for(lambda: self._waiting[0] is turn)
            except BaseException:  # an interrupted wait must not hold up the others
                self._waiting.remove(turn)
                self._changed.notify_all()
                raise

    def __exit__(self, *_: object) -> None:
        """Let the next one go on."""
        with self._changed:
            self._waiting.popleft()
            self._changed.notify_all()


_AT_DEVICE: dict[str, Turns] = {}


def turns_at(device: str) -> Turns:
    """The turns at a device, by its name such as 'cpu' or 'cuda:0'."""
    return _AT_DEVICE.setdefault(device, Turns())
