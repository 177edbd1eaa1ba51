"""From a visitor's session to what the component shows."""

from collections.abc import Iterator
from functools import lru_cache

import cv2
import numpy as np
from gradio.data_classes import FileData
from numpy.typing import NDArray

from demo import store, text
from demo.scene import Mode, Number, numbers, original_numbers, place, rebuild
from demo.scrubber import Pane, Thumbnail, View
from demo.session import Session
from esrgan.images import Picture, encode_png
from examples.pictures import PICTURES

OVERVIEW_PX, THUMBNAIL_PX = 640, 96
PAIR = "esrgan"
FIXED = ("bicubic", "srresnet")
"""Methods that α does not move, quickest first."""


def open_picture(name: str, picture: Picture, mode: Mode, revision: int) -> Session:
    """A session whose window is in the middle of a picture."""
    scene = place(picture, mode, 0.5, 0.5)
    overview = store.put(_reduced(picture.pixels, OVERVIEW_PX), "overview.png").path
    return Session(revision, name, picture, scene, overview)


def open_example(name: str, revision: int) -> Session:
    """A session of one of the examples, to compare."""
    return open_picture(name, _example(name), Mode.COMPARE, revision)


def build_up(session: Session, alpha: float) -> Iterator[tuple[Session, View]]:
    """The view as it grows: bicubic and the original at once, SRResNet, then the live crop."""
    if session.scene.hr is not None:
        pixels = session.scene.hr
        pane = _pane("original", text.TITLES["original"], pixels, original_numbers(session.scene))
        session = session.with_pane(pane)
    for model in FIXED:
        sr = rebuild(session.scene, model)
        figures = numbers(session.scene, sr)
        session = session.with_pane(_pane(model, text.TITLES[model], _shown(session, sr), figures))
        yield session, view(session, alpha, Pane(id=PAIR, title=text.pair_title(alpha), live=True))
    yield session, view(session, alpha, live_pane(session, alpha))


def live_pane(session: Session, alpha: float) -> Pane:
    """The crop that α moves: the exact output of the interpolated network."""
    sr = rebuild(session.scene, PAIR, alpha)
    figures = numbers(session.scene, sr)
    return _pane(PAIR, text.pair_title(alpha), _shown(session, sr), figures, live=True)


def view(session: Session, alpha: float, live: Pane) -> View:
    """What the component shows of a session; crops that are not computed yet are empty."""
    scene, done = session.scene, {pane.id for pane in session.panes}
    (width, height), box = scene.small, scene.box
    waiting = [Pane(id=model, title=text.TITLES[model]) for model in FIXED if model not in done]
    return View(
        revision=session.revision,
        name=session.name,
        size=text.size(width, height, scene.mode),
        mode=scene.mode.value,
        alpha=alpha,
        box=(box.left / width, box.top / height, box.width / width, box.height / height),
        overview=FileData(path=session.overview),
        panes=[live, *session.panes, *waiting],
        notes=list(session.picture.notes),
    )


def thumbnails() -> list[Thumbnail]:
    """The examples, small."""
    return [
        Thumbnail(name=name, image=store.put(_thumbnail(name), "thumbnail.png"))
        for name in PICTURES
    ]


@lru_cache(maxsize=len(PICTURES))
def _thumbnail(name: str) -> bytes:
    """An example's small form, made once and written anew for every visitor."""
    return _reduced(_example(name).pixels, THUMBNAIL_PX)


@lru_cache(maxsize=len(PICTURES))
def _example(name: str) -> Picture:
    """An example's pixels; they are nobody's own, so all visitors share them."""
    return Picture(np.asarray(PICTURES[name]()))


def _shown(session: Session, sr: NDArray) -> Picture:
    """A crop with the opacity that its picture has."""
    return Picture(sr, session.scene.opacity)


def _pane(
    name: str,
    title: str,
    crop: Picture | NDArray,
    figures: tuple[Number, ...],
    *,
    live: bool = False,
) -> Pane:
    """A crop that is computed."""
    picture = crop if isinstance(crop, Picture) else Picture(crop)
    image = store.put(encode_png(_for_screen(picture), compress_level=1), f"{name}.png")
    lines = [text.figure(number) for number in figures]
    return Pane(id=name, title=title, image=image, figures=lines, live=live)


def _for_screen(picture: Picture) -> Picture:
    """8 bits a channel: what a screen shows."""
    opacity = picture.opacity
    return Picture(_to_8_bit(picture.pixels), None if opacity is None else _to_8_bit(opacity))


def _to_8_bit(array: NDArray) -> NDArray[np.uint8]:
    """uint16 to uint8, rounded; uint8 as it is."""
    if array.dtype == np.uint8:
        return array
    return ((array.astype(np.uint32) + 128) // 257).astype(np.uint8)


def _reduced(pixels: NDArray, longest_px: int) -> bytes:
    """A picture as a PNG file that is at most `longest_px` long."""
    height, width = pixels.shape[:2]
    ratio = min(1.0, longest_px / max(height, width))
    size = (max(1, round(width * ratio)), max(1, round(height * ratio)))
    small = _to_8_bit(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))
    return encode_png(Picture(small), compress_level=1)
