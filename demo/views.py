"""From a visitor's session to the news that the component shows."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
from gradio.data_classes import FileData
from numpy.typing import NDArray

from demo import captions, planes, store, text, tradeoff, whole, zero
from demo.live import WINDOWS
from demo.scene import (
    SIDES_PX,
    Mode,
    curve,
    fits,
    original_scores,
    place,
    rebuild,
    scale_of,
    scores,
    sides,
    usable,
)
from demo.scrubber import Exact, Node, Pane, Place, Thumbnail, View
from demo.session import Latest, Session
from demo.shelf import SHELF
from esrgan import AlphaCurve
from esrgan.evaluation import Scores
from esrgan.images import Picture, encode_png
from esrgan.interpolation.curve import STAGES
from esrgan.pixels import has_colour, to_8_bit
from esrgan.weights import MODELS, Model
from examples.pictures import PICTURES

OVERVIEW_PX, THUMBNAIL_PX = 640, 96
LIVE_PANE = "esrgan"
"""Name of the crop that α moves, whichever pair draws it."""
FIRST, LATER = ("bicubic",), ("srresnet",)
"""Methods that α does not move: those that are shown at once, and those that follow the curve."""
LARGEST_DROP = 12_000_000
"""Bytes that one window may send to the page: its crops, and the curve's nodes."""


class OverBudgetError(Exception):
    """Not even the coarsest curve of a large window fits what may be sent."""


def open_picture(
    name: str, picture: Picture, mode: Mode, latest: Latest, pair: Model, *, overview: str = ""
) -> Session:
    """A session whose window is in the middle of a picture; in Compare where the pair has it.

    `overview` is a file made before.
    """
    scale = scale_of(pair)
    scene = place(picture, usable(mode, scale), 0.5, 0.5, scale)
    opened = Session(0, name, SHELF.put(picture), scene, overview, pair, latest)
    if not overview:
        small = opened.put(whole.reduced(picture, OVERVIEW_PX), "overview.png")
        opened = replace(opened, overview=small.path)
    return opened.risen()


def open_example(name: str, latest: Latest, pair: Model, *, overview: str = "") -> Session:
    """A session of one of the examples, to compare."""
    picture = _example(name)
    opened = open_picture(name, picture, Mode.COMPARE, latest, pair, overview=overview)
    return replace(opened, example=name)


def first_view(session: Session, *notes: str) -> tuple[Session, View]:
    """What is there at once: bicubic, and the original where there is one.

    The session that comes back knows what has been sent.
    """
    panes = [Pane(id=LIVE_PANE, title=session.pair.title, live=True)]
    if session.scene.hr is not None:
        panes.append(_original_pane(session, session.scene.hr))
    panes += [method_pane(session, model) for model in FIRST]
    panes += [Pane(id=model, title=text.TITLES[model]) for model in _later(session)]
    view = View(revision=session.revision, place=_place(session, notes), panes=panes)
    sent = sum(pane.image.size or 0 for pane in panes if pane.image is not None)
    return replace(session, sent=session.sent + sent), answering(session, view)


def answering(session: Session, view: View) -> View:
    """A view that says how the network answers while the slider moves, and at rest."""
    token, rests = WINDOWS.add(session.scene, session.pair), not zero.lends(session.pair)
    return view.model_copy(update={"revision": session.revision, "live": token, "rests": rests})


def growth(session: Session) -> Iterator[View]:
    """What follows: set after set of the curve's nodes, the slower methods, figures along α.

    Raises
    ------
    OverBudgetError
        If the window is a large one, and not even its coarsest curve fits.
    LostGpuError
        If the pair needs a GPU that is lent per call, and none is.
    """
    scene, pair, later = session.scene, session.pair, _later(session)
    lent = zero.lend(scene, pair, later) if zero.lends(pair) else None
    news, line = View(revision=session.revision), lent.curve if lent else curve(scene, pair)
    for nodes in _sets_of_nodes(session, line):
        news = news.model_copy(update={"nodes": nodes})
        yield news
    if not news.nodes:
        raise OverBudgetError
    news = news.model_copy(update={"p99": line.p99})
    yield news
    for model in later:
        pane = method_pane(session, model, lent.methods[model] if lent else None)
        news = news.model_copy(update={"panes": [*news.panes, pane]})
        yield news
    yield from _figures_along(session, line, news)


def _sets_of_nodes(session: Session, line: AlphaCurve) -> Iterator[list[Node]]:
    """All nodes so far, after each that is computed; a set is added whole, and only if it fits.

    A large window starts with three. Of each later method's crop it is known only that it takes
    less than the first node, which holds as many values more finely.
    """
    sets = STAGES if session.scene.side == SIDES_PX[0] else STAGES[1:]
    nodes: list[Node] = []
    waiting: dict[float, bytes] = {}
    room = LARGEST_DROP - session.sent
    for alpha in line.grow():
        waiting[alpha] = planes.encode(line.stored_node(alpha))
        is_first = not nodes and len(waiting) == 1
        room -= len(waiting[alpha]) * (1 + len(_later(session)) if is_first else 1)
        if room < 0:
            return
        if len(nodes) + len(waiting) in sets:
            nodes = [*nodes, *(_node(session, *item) for item in waiting.items())]
            waiting = {}
        yield nodes


def _node(session: Session, alpha: float, data: bytes) -> Node:
    """One node as a file."""
    return Node(alpha=alpha, file=session.put(data, f"node-{alpha:.3f}.bin"))


def _later(session: Session) -> list[str]:
    """Methods that follow the curve: those that enlarge as much."""
    return [model for model in LATER if fits(session.scene, model)]


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


def method_pane(session: Session, model: str, sr: NDArray | None = None) -> Pane:
    """The crop of a method that α does not move, or the reason why there is none.

    `sr` is the crop where it is rebuilt already.
    """
    try:
        sr = rebuild(session.scene, model) if sr is None else sr
    except ValueError as error:
        return Pane(id=model, title=text.TITLES[model], reason=text.refusal(error))
    found = scores(session.scene, sr)
    return _pane(session, model, sr, found, tradeoff.place(found))


def _original_pane(session: Session, hr: NDArray) -> Pane:
    """The crop of the original."""
    found = original_scores(hr)
    return _pane(session, "original", hr, found, tradeoff.place_original(found))


def exact_view(session: Session, alpha: float) -> View:
    """The network's own output at one α."""
    sr = rebuild(session.scene, session.pair, alpha)
    figures = captions.figures(scores(session.scene, sr))
    exact = Exact(alpha=alpha, image=_file(session, sr, LIVE_PANE), figures=figures)
    return View(revision=session.revision, exact=exact)


def _place(session: Session, notes: Sequence[str]) -> Place:
    """Which window of which picture."""
    scene = session.scene
    return Place(
        name=session.name,
        example=session.example,
        pair=session.pair.name if session.pair.name in MODELS else "",
        mode=scene.mode.value,
        scale=scene.scale,
        methods=[model for model in text.ADDED_METHODS if fits(scene, model)],
        box=(scene.box.left, scene.box.top, scene.box.width, scene.box.height),
        small=scene.small,
        side=scene.side,
        sides=sides(scene.small, scene.scale),
        step=planes.STEPS[scene.side],
        overview=FileData(path=session.overview),
        translucent=scene.opacity is not None,
        notes=[*session.picture.notes, *notes],
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
    return whole.reduced(_example(name), THUMBNAIL_PX)


@lru_cache(maxsize=len(PICTURES))
def _example(name: str) -> Picture:
    """An example's pixels; they are nobody's own, so all visitors share them."""
    pixels = np.asarray(PICTURES[name]())
    return Picture(pixels, grey=not has_colour(pixels))


def _pane(
    session: Session,
    name: str,
    crop: NDArray,
    found: Scores,
    point: tuple[float, float] | None = None,
) -> Pane:
    """A crop that is computed."""
    image, figures = _file(session, crop, name), captions.figures(found)
    return Pane(id=name, title=text.TITLES[name], image=image, figures=figures, point=point)


def _file(session: Session, crop: NDArray, name: str) -> FileData:
    """A crop as a file for the screen: 8 bits a channel, with the opacity of its picture."""
    opacity = session.scene.opacity
    shown = Picture(to_8_bit(crop), None if opacity is None else to_8_bit(opacity))
    return session.put(encode_png(shown, compress_level=1), f"{name}.png")
