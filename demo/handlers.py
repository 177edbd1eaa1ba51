"""The page's events: browser values are checked, a ValueError becomes one sentence."""

import itertools
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr

from demo import figures, first_sight, networks, refusals, store, text, views, whole, zero
from demo.links import FIRST_EXAMPLE, read_link
from demo.requests import data_of, existing, fraction, in_one_sentence
from demo.scene import SIDES_PX, Mode, fits, upscaler, usable
from demo.scrubber import View
from demo.session import Latest, Session
from esrgan import imresize
from esrgan.alpha_map import Map, to_alpha_map
from esrgan.encoders import ENCODERS
from esrgan.images import (
    WEB_LIMITS,
    Picture,
    check_writable_size,
    on_white,
    read,
)
from esrgan.plots import FORMATS
from esrgan.resize import crop_to_multiple
from esrgan.weights import MODELS, Model
from examples.pictures import PICTURES

EXPORT_MEGAPIXELS, ENLARGED_MEGAPIXELS = 2.0, 32.0
"""Most that is enlarged at once, and most that it may become."""
LONGEST_NAME = 120
DOWNLOADS = ("png", "jpg")
"""Of `esrgan.encoders.ENCODERS`, the formats of downloads; they are the suffixes of their names."""


def in_the_page(session: Session, news: Iterator[View]) -> Iterator[View]:
    """What is computed of a window; where that fails, the page says why and offers to try again."""
    try:
        yield from news
    except ValueError as error:
        yield View(revision=session.revision, trouble=text.refusal(error))


def _gone(event: gr.EventData) -> View:
    """What the page shows of a window whose session is lost."""
    revision = data_of(event).get("revision")
    if not isinstance(revision, int):
        raise ValueError(text.BROKEN_REQUEST)
    return View(revision=revision, trouble=text.refusal(ValueError(text.GONE)), gone=True)


def start(request: gr.Request) -> tuple[Session, View]:
    """Open what the page's address names, else the first example."""
    link = read_link(dict(request.query_params))
    session, view = first_sight.open_example(link.example, Latest(), link.pair)
    if link.window is not None:
        mode, x, y = link.window
        placed = session.placed(usable(mode, session.scene.scale), x, y)
        session, view = views.first_view(placed)
    if view.place and not link.is_understood:
        view.place.notes.append(refusals.BROKEN_LINK)
    return session, view.model_copy(update={"examples": views.thumbnails()})


@in_one_sentence
def forget(session: Session | None) -> Iterator[tuple[Session, View]]:
    """Forget the visitor's picture, and show the first example in its place."""
    if session is not None:
        session.forget()
    yield first_sight.open_example(FIRST_EXAMPLE, _latest(session), _pair(session))


@in_one_sentence
def open_upload(session: Session | None, event: gr.EventData) -> Iterator[tuple[Session, View]]:
    """Open a file that the browser has just uploaded, in the way that the visitor has chosen."""
    sent = data_of(event)
    mode = _mode(sent)
    picture = read(store.take(sent.get("path")), WEB_LIMITS)
    name = _file_name(str(sent.get("name")))
    opened = views.open_picture(name, picture, mode, _latest(session), _pair(session))
    yield views.first_view(opened)


@in_one_sentence
def open_example(session: Session | None, event: gr.EventData) -> Iterator[tuple[Session, View]]:
    """Open one of the examples, to compare."""
    sent = data_of(event)
    if sent.get("name") not in list(PICTURES):
        raise ValueError(text.BROKEN_REQUEST)
    yield first_sight.open_example(sent["name"], _latest(session), _pair(session))


@in_one_sentence
def place(session: Session | None, event: gr.EventData) -> Iterator[tuple[Session, View]]:
    """Put the window elsewhere, give it another size, or use the picture in the other way."""
    sent = data_of(event)
    if sent.get("side") not in SIDES_PX:
        raise ValueError(text.BROKEN_REQUEST)
    mode, x, y = _mode(sent), fraction(sent, "x"), fraction(sent, "y")
    yield views.first_view(existing(session).placed(mode, x, y, int(sent["side"])))


@in_one_sentence
def use_pair(session: Session | None, name: Any) -> Iterator[tuple[Session, View]]:
    """Put a pair that is ready on the slider."""
    yield _seen_by(session, networks.named_pair(name))


@in_one_sentence
def use_own_pair(
    session: Session | None, psnr: str | None, gan: str | None
) -> Iterator[tuple[Session, View]]:
    """Put a visitor's own two files on the slider; a refusal leaves the pair that is there."""
    if not networks.is_local():
        raise ValueError(text.BROKEN_REQUEST)
    yield _seen_by(session, networks.own_pair(psnr, gan))


@in_one_sentence
def download_pair(name: str) -> Iterator[tuple[Any, Any]]:
    """Download a published pair; news for its button and for the list of pairs."""
    for transfer in networks.fetch(name):
        if transfer.note:
            gr.Info(transfer.note)
        yield gr.update(value=text.transfer(transfer.done, transfer.total)), gr.skip()
    yield gr.update(visible=False), gr.update(choices=choices())


def choices() -> list[tuple[str, str]]:
    """Title, in the visitor's language, and name of the pairs that are ready."""
    words = text.spoken()
    return [(words.translate(title), name) for name, title in networks.ready_pairs().items()]


def offer_pairs(request: gr.Request) -> Any:
    """The list of pairs for a new visitor, and the one that the page's address names."""
    return _listed(read_link(dict(request.query_params)).pair)


def show_pair(session: Session | None) -> Any:
    """The list of pairs, and the one on the slider, which may not be the one that was chosen."""
    return _listed(_pair(session))


def _listed(pair: Model) -> Any:
    """The list of pairs, and one of them; a visitor's own is none."""
    return gr.update(choices=choices(), value=pair.name if MODELS.get(pair.name) == pair else None)


def _seen_by(session: Session | None, pair: Model) -> tuple[Session, View]:
    """The visitor's window with another pair."""
    return views.first_view(existing(session).with_pair(pair))


@in_one_sentence
def grow(session: Session | None, event: gr.EventData) -> Iterator[tuple[Any, View]]:
    """Compute the window's curve; another window or picture stops it at the next node.

    A window whose curve would be too much to send is replaced by a smaller one. Where a GPU is
    lent per call and none can be had, the embedded pair takes over. A curve that grows already is
    not computed twice.
    """
    if session is None:
        yield gr.skip(), _gone(event)
    elif data_of(event).get("revision") == session.revision:
        with session.latest.growing(session.revision) as is_first:
            yield from _grown(session) if is_first else ()


def _grown(known: Session) -> Iterator[tuple[Any, View]]:
    """The same, of the window that the visitor has."""
    news = in_the_page(known, views.growth(known))
    try:
        for view in itertools.takewhile(lambda _: known.is_current, news):
            yield gr.skip(), view
    except views.OverBudgetError:
        if known.is_current:
            yield views.first_view(known.smaller(), refusals.SHRUNK)
    except zero.LostGpuError:
        if known.is_current:
            yield views.first_view(known.with_pair(zero.FALLBACK), refusals.NO_GPU)


@in_one_sentence
def rest(session: Session | None, event: gr.EventData) -> Iterator[tuple[Any, View]]:
    """Compute the window exactly; returning the session keeps it from expiring."""
    if session is None:
        yield gr.skip(), _gone(event)
        return
    known, alpha = session, fraction(data_of(event), "alpha")
    if zero.lends(known.pair):
        raise ValueError(text.BROKEN_REQUEST)

    def news() -> Iterator[View]:
        yield views.exact_view(known, alpha)

    for view in in_the_page(known, news()):
        if known.is_current:
            yield known, view


@in_one_sentence
def add_method(session: Session | None, event: gr.EventData) -> Iterator[View]:
    """Compute one more method's crop."""
    if session is None:
        yield _gone(event)
        return
    known, model = session, data_of(event).get("model")
    if model not in list(text.ADDED_METHODS) or not fits(known.scene, str(model)):
        raise ValueError(text.BROKEN_REQUEST)
    pane = views.method_pane(known, str(model))
    if known.is_current:
        yield View(revision=known.revision, panes=[pane])


@in_one_sentence
def export(session: Session | None, event: gr.EventData) -> Iterator[tuple[Any, Any, Any]]:
    """Compute the whole picture tile by tile; leaving or cancelling stops it at the next one.

    News of the save and the cancel button, at last with the picture before and after.
    """
    known, sent = existing(session), data_of(event)
    for news in _exported(known, sent):
        if not known.is_same_subject:
            # Not just the end: Gradio sends the last news once more.
            yield *withdraw_export(), gr.skip()
            return
        yield news


def _exported(known: Session, sent: dict[str, Any]) -> Iterator[tuple[Any, Any, Any]]:
    """The same, whether or not the visitor still looks at it."""
    suffix, picture, network = _suffix(sent), _whole(known), upscaler(known.pair)
    width, height = (side * network.scale for side in known.scene.small)
    check_writable_size(width, height, suffix)
    alpha = fraction(sent, "alpha") if sent.get("map") is None else _map(known, sent["map"])
    start = time.monotonic()
    yield save_button(text.spoken().labels["waiting"]), gr.update(visible=True), gr.skip()
    tiles = network.tiles(picture.pixels, alpha)
    for progress in tiles:
        label = text.progress(progress.done, progress.total)
        yield save_button(label), gr.skip(), gr.skip()
    enlarged = network.finish(picture, tiles.result().pixels)
    name = network.file_name(Path(known.name).stem, alpha, suffix)
    path = known.put(ENCODERS[suffix].encode(enlarged), name).path
    seconds = time.monotonic() - start
    label = text.ready(name, enlarged.pixels, tiles.result().p99, seconds)
    one = alpha if isinstance(alpha, float) else None
    shown = whole.before_after(known, picture, enlarged, one)
    view = View(revision=known.latest.revision, whole=shown)
    yield save_button(label, path), gr.update(visible=False), view


@in_one_sentence
def draw_figure(session: Session | None, event: gr.EventData) -> Iterator[Any]:
    """Draw the comparison figure of the window, as PNG or PDF."""
    known, sent = existing(session), data_of(event)
    alpha, methods = fraction(sent, "alpha"), _methods(known, sent.get("methods"))
    suffix = sent.get("format")
    if suffix not in FORMATS:
        raise ValueError(text.BROKEN_REQUEST)
    yield save_button(text.spoken().server["drawing"])
    name = f"{Path(known.name).stem}_comparison_a{alpha:.2f}.{suffix}"
    path = known.put(figures.figure(known, methods, alpha, suffix), name).path
    yield save_button(text.drawn(name), path) if known.is_same_subject else withdraw_figure()


def withdraw_figure() -> Any:
    """Hide the figure's button: it failed or is out of date."""
    return gr.update(visible=False, value=None)


def withdraw_export() -> tuple[Any, Any]:
    """Hide the save and cancel buttons: the export was cancelled or is out of date."""
    return gr.update(visible=False, value=None), gr.update(visible=False)


def follow(session: Session | None) -> tuple[Any, Any, Any, Any]:
    """What else changes with the picture, the mode or the pair: no files, and the pair's name."""
    return *withdraw_export(), withdraw_figure(), show_pair(session)


def save_button(label: str, path: str | None = None) -> Any:
    """The save button; it works once there is a file."""
    return gr.update(visible=True, label=label, value=path, interactive=path is not None)


def _suffix(sent: dict[str, Any]) -> str:
    """The kind of file that is wanted."""
    suffix = sent.get("format", "png")
    if suffix not in DOWNLOADS:
        raise ValueError(text.BROKEN_REQUEST)
    return str(suffix)


def _whole(session: Session) -> Picture:
    """What the export enlarges: the picture, or in Compare the picture reduced."""
    picture, scale = session.picture, session.scene.scale
    check_exportable(*session.scene.small, scale)
    if session.scene.mode is Mode.ENLARGE:
        return picture
    original = on_white(picture)
    small = imresize(crop_to_multiple(original.pixels, scale), 1 / scale)
    return replace(original, pixels=small)


def check_exportable(width: int, height: int, scale: int) -> None:
    """Refuse to enlarge a whole picture that is too large for a page that many share."""
    limit = min(EXPORT_MEGAPIXELS, ENLARGED_MEGAPIXELS / scale**2)
    if width * height > limit * 1e6:
        raise ValueError(text.TOO_LARGE_TO_EXPORT.format(limit=f"{limit:g}"))


def _methods(session: Session, names: object) -> list[str]:
    """The crops that a browser shows, each once."""
    methods = [name for name in text.TITLES if name != figures.ORIGINAL]
    shown = [views.LIVE_PANE, *(name for name in methods if fits(session.scene, name))]
    if session.scene.hr is not None:
        shown.append(figures.ORIGINAL)
    if not isinstance(names, list) or not names:
        raise ValueError(text.BROKEN_REQUEST)
    listed: list[Any] = names
    if any(listed.count(name) > 1 or name not in shown for name in listed):
        raise ValueError(text.BROKEN_REQUEST)
    return listed


def _map(session: Session, path: object) -> Map:
    """The α map that the browser has just uploaded: one α for every pixel of the small picture."""
    picture = read(store.take(path), WEB_LIMITS)
    width, height = session.scene.small
    if picture.pixels.shape[:2] != (height, width):
        raise ValueError(text.BROKEN_REQUEST)
    return to_alpha_map(picture)


def _mode(sent: dict[str, Any]) -> Mode:
    """A way to use the page."""
    if sent.get("mode") not in list(Mode):
        raise ValueError(text.BROKEN_REQUEST)
    return Mode(sent["mode"])


def _file_name(name: str) -> str:
    """The last part of a name, short enough for any file system."""
    last = Path(name.replace("\0", "")).name or "picture"
    return last.encode(errors="ignore")[-LONGEST_NAME:].decode(errors="ignore")


def _pair(session: Session | None) -> Model:
    """The visitor's pair."""
    return networks.first_pair() if session is None else session.pair


def _latest(session: Session | None) -> Latest:
    """The visitor's counter; where it is lost, another."""
    return Latest.above_all() if session is None else session.latest
