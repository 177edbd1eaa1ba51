"""The network itself at every step of the slider, where a GPU is there for the page alone.

A visitor's window is known by a token that only this visitor's page has been told. The route is a
server function of the component, so that it passes the login check.
"""

import base64
import secrets
from collections import OrderedDict
from threading import Lock
from typing import Any
from weakref import ref

from numpy.typing import NDArray

from demo import device
from demo.requests import is_fraction
from demo.scene import Scene, rebuild
from esrgan.images import Picture, encode_jpeg
from esrgan.weights import Model

CAPACITY = 64


class Windows:
    """The windows that may be asked for, the least recently used forgotten first.

    A visitor's session keeps the window itself; what expires with it is forgotten here.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity, self._lock = capacity, Lock()
        self._scenes: OrderedDict[str, tuple[ref[Scene], Model]] = OrderedDict()

    def add(self, scene: Scene, pair: Model) -> str:
        """Remember a window; returns its token, or nothing where there is no GPU to ask."""
        if not device.has_own_gpu():
            return ""
        token = secrets.token_urlsafe(16)
        with self._lock:
            self._scenes[token] = ref(scene), pair
            while len(self._scenes) > self._capacity:
                self._scenes.popitem(last=False)
        return token

    def find(self, token: object) -> tuple[Scene, Model] | None:
        """The window of a token, and the pair that draws it."""
        with self._lock:
            if not isinstance(token, str) or token not in self._scenes:
                return None
            self._scenes.move_to_end(token)
            known, pair = self._scenes[token]
        scene = known()
        return None if scene is None else (scene, pair)


WINDOWS = Windows()


def frame(token: Any, alpha: Any) -> str:
    """The window at one α as a data URL; empty for what is not known. Preview quality."""
    found = WINDOWS.find(token)
    if found is None or not is_fraction(alpha):
        return ""
    return _data_url(rebuild(*found, float(alpha), precision="bf16"))


def _data_url(pixels: NDArray) -> str:
    """A JPEG as a text."""
    return "data:image/jpeg;base64," + base64.b64encode(encode_jpeg(Picture(pixels))).decode()
