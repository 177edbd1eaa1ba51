"""From a visitor's session to the news that the component shows."""

from collections.abc import Iterator
from functools import lru_cache

import cv2
import numpy as np
from gradio.data_classes import FileData
from numpy.typing import NDArray

from demo import planes, store, text, tradeoff, zero
from demo.live import WINDOWS
from demo.scene import Mode, curve, original_scores, place, rebuild, scores
from demo.scrubber import Exact, Node, Pane, Place, Thumbnail, View
from demo.session import Latest, Session
from esrgan import AlphaCurve
from esrgan.evaluation import Scores
from esrgan.images import Picture, encode_png
from esrgan.weights import Model
from examples.pictures import PICTURES

OVERVIEW_PX, THUMBNAIL_PX = 640, 96
LIVE_PANE = "esrgan"
"""Name of the crop that α moves, whichever pair draws it."""
FIRST, LATER = ("bicubic",), ("srresnet",)
"""Methods that α does not move: those that are shown at once, and those that follow the curve."""
LARGEST_DROP = 12_000_000
"""Bytes that one picture may send to the page."""


def open_picture(
    name: str, picture: Picture, mode: Mode, latest: Latest, pair: Model, *, overview: str = ""
) -> Session:
    """A session whose window is in the middle of a picture; `overview` is a file made before."""
    scene = place(picture, mode, 0.5, 0.5)
    overview = overview or store.put(_reduced(picture.pixels, OVERVIEW_PX), "overview.png").path
    return Session(latest.rise(), name, picture, scene, overview, pair, latest)


def open_example(name: str, latest: Latest, pair: Model, *, overview: str = "") -> Session:
    """A session of one of the examples, to compare."""
    return open_picture(name, _example(name), Mode.COMPARE, latest, pair, overview=overview)


def first_view(session: Session) -> View:
    """What is there at once: bicubic, and the original where there is one."""
    panes = [Pane(id=LIVE_PANE, title=session.pair.title, live=True)]
    if session.scene.hr is not None:
        panes.append(_original_pane(session.scene.hr))
    panes += [method_pane(session, model) for model in FIRST]
    panes += [Pane(id=model, title=text.TITLES[model]) for model in LATER]
    token = WINDOWS.add(session.scene, session.pair)
    rests = not zero.lends(session.pair)
    place = _place(session)
    return View(revision=session.revision, place=place, panes=panes, live=token, rests=rests)


def growth(session: Session) -> Iterator[View]:
    """What follows: node after node of the curve, the slower methods, figures along α.

    Raises
    ------
    LostGpuError
        If the pair needs a GPU that is lent per call, and none is.
    """
    news = View(revision=session.revision)
    scene, pair = session.scene, session.pair
    lent = zero.lend(scene, pair, LATER) if zero.lends(pair) else None
    line, sent = curve(scene, pair) if lent is None else lent.curve, 0
    for alpha in line.grow():
        data = planes.encode(line.kept(alpha))
        sent += len(data)
        if sent > LARGEST_DROP:
            break
        node = Node(alpha=alpha, file=store.put(data, f"node-{alpha:.3f}.bin"))
        news = news.model_copy(update={"nodes": [*news.nodes, node]})
        yield news
    news = news.model_copy(update={"bound": text.bound(line.p99)})
    yield news
    for model in LATER:
        sr = rebuild(scene, model) if lent is None else lent.methods[model]
        news = news.model_copy(update={"panes": [*news.panes, _method_pane(session, model, sr)]})
        yield news
    yield from _figures_along(session, line, news)


def _figures_along(session: Session, line: AlphaCurve, news: View) -> Iterator[View]:
    """Every figure at one α after another, then the path of image interpolation."""
    scene = session.scene
    network: list[Scores] = []
    for found in tradeoff.network_scores(scene, line):
        network.append(found)
        update = {"traces": tradeoff.traces(network), "plane": tradeoff.plane(network)}
        news = news.model_copy(update=update)
        yield news
    if news.plane is not None:
        image: list[Scores] = []
        for found in tradeoff.image_scores(scene, line, network):
            image.append(found)
            yield news.model_copy(update={"plane": tradeoff.plane(network, image)})


def method_pane(session: Session, model: str) -> Pane:
    """The crop of a method that α does not move, computed here."""
    return _method_pane(session, model, rebuild(session.scene, model))


def _method_pane(session: Session, model: str, sr: NDArray) -> Pane:
    """The crop of a method that α does not move."""
    found = scores(session.scene, sr)
    return _pane(model, _shown(session, sr), found, tradeoff.place(found))


def _original_pane(hr: NDArray) -> Pane:
    """The crop of the original."""
    found = original_scores(hr)
    return _pane("original", Picture(hr), found, tradeoff.place_original(found))


def exact_view(session: Session, alpha: float) -> View:
    """The network's own output at one α."""
    sr = rebuild(session.scene, session.pair, alpha)
    figures = text.figures(scores(session.scene, sr))
    exact = Exact(alpha=alpha, image=_file(_shown(session, sr), LIVE_PANE), figures=figures)
    return View(revision=session.revision, exact=exact)


def _place(session: Session) -> Place:
    """Which window of which picture."""
    scene = session.scene
    width, height = scene.small
    return Place(
        name=session.name,
        size=text.size(width, height, scene.mode),
        mode=scene.mode.value,
        box=(scene.box.left, scene.box.top, scene.box.width, scene.box.height),
        small=scene.small,
        overview=FileData(path=session.overview),
        translucent=scene.opacity is not None,
        notes=list(session.picture.notes),
        convention=text.convention(scene.mode),
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
    name: str, crop: Picture, found: Scores, point: tuple[float, float] | None = None
) -> Pane:
    """A crop that is computed."""
    image, figures = _file(crop, name), text.figures(found)
    return Pane(id=name, title=text.TITLES[name], image=image, figures=figures, point=point)


def _file(picture: Picture, name: str) -> FileData:
    """A crop as a file for the screen."""
    return store.put(encode_png(_for_screen(picture), compress_level=1), f"{name}.png")


def _for_screen(picture: Picture) -> Picture:
    """8 bits a channel: what a screen shows."""
    opacity = picture.opacity
    return Picture(to_8_bit(picture.pixels), None if opacity is None else to_8_bit(opacity))


def to_8_bit(array: NDArray) -> NDArray[np.uint8]:
    """uint16 to uint8, rounded; uint8 as it is."""
    if array.dtype == np.uint8:
        return array
    return ((array.astype(np.uint32) + 128) // 257).astype(np.uint8)


def _reduced(pixels: NDArray, longest_px: int) -> bytes:
    """A picture as a PNG file that is at most `longest_px` long."""
    height, width = pixels.shape[:2]
    ratio = min(1.0, longest_px / max(height, width))
    size = (max(1, round(width * ratio)), max(1, round(height * ratio)))
    small = to_8_bit(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))
    return encode_png(Picture(small), compress_level=1)
