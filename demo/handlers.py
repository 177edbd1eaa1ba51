"""The page's events: browser values are checked, a ValueError becomes one sentence."""

import functools
import itertools
import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import gradio as gr

from demo import device, figures, first_sight, networks, store, text, views, zero
from demo.scene import SCALE, Mode
from demo.scrubber import View
from demo.session import Latest, Session
from esrgan import Upscaler, imresize
from esrgan.alpha_map import Map, to_alpha_map
from esrgan.images import WEB_LIMITS, Picture, encode_png, read
from esrgan.plots import FORMATS
from esrgan.resize import crop_to_multiple
from esrgan.weights import Model
from examples.pictures import PICTURES

FIRST_EXAMPLE = "cat"
EXPORT_MEGAPIXELS = 2.0
LONGEST_NAME = 120

Handler = TypeVar("Handler", bound=Callable[..., Iterator[Any]])


def in_one_sentence(handler: Handler) -> Handler:
    """Show a refusal as Gradio's message; the page stays as it was."""

    @functools.wraps(handler)
    def guarded(*arguments: Any) -> Iterator[Any]:
        try:
            yield from handler(*arguments)
        except ValueError as error:
            raise gr.Error(str(error), print_exception=False) from error

    return guarded  # type: ignore[return-value]


def start() -> tuple[Session, View]:
    """Open the first example for a new visitor."""
    session, view = first_sight.open_example(FIRST_EXAMPLE, Latest(), networks.first_pair())
    return session, view.model_copy(update={"examples": views.thumbnails()})


@in_one_sentence
def open_upload(session: Session | None, event: gr.EventData) -> Iterator[tuple[Session, View]]:
    """Open a file that the browser has just uploaded, to enlarge it."""
    sent = _sent(event)
    picture = read(store.take(sent.get("path")), WEB_LIMITS)
    store.sweep()
    name = _file_name(str(sent.get("name")))
    opened = views.open_picture(name, picture, Mode.ENLARGE, _latest(session), _pair(session))
    yield opened, views.first_view(opened)


@in_one_sentence
def open_example(session: Session | None, event: gr.EventData) -> Iterator[tuple[Session, View]]:
    """Open one of the examples, to compare."""
    sent = _sent(event)
    if sent.get("name") not in list(PICTURES):
        raise ValueError(text.BROKEN_REQUEST)
    yield first_sight.open_example(sent["name"], _latest(session), _pair(session))


@in_one_sentence
def place(session: Session | None, event: gr.EventData) -> Iterator[tuple[Session, View]]:
    """Put the window elsewhere, or use the picture in the other way."""
    sent = _sent(event)
    if sent.get("mode") not in list(Mode):
        raise ValueError(text.BROKEN_REQUEST)
    x, y = (_fraction(sent, key) for key in ("x", "y"))
    placed = _known(session).placed(Mode(sent["mode"]), x, y)
    yield placed, views.first_view(placed)


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


def name_no_pair() -> Any:
    """Clear the list of pairs: a visitor's own is none of them."""
    return gr.update(value=None)


@in_one_sentence
def download_pair(name: str) -> Iterator[tuple[Any, Any]]:
    """Download a published pair; news for its button and for the list of pairs."""
    for transfer in networks.fetch(name):
        if transfer.note:
            gr.Info(transfer.note)
        yield gr.update(value=text.transfer(transfer.done, transfer.total)), gr.skip()
    yield gr.update(visible=False), gr.update(choices=choices())


def choices() -> list[tuple[str, str]]:
    """Title and name of the pairs that are ready."""
    return [(title, name) for name, title in networks.ready_pairs().items()]


def _seen_by(session: Session | None, pair: Model) -> tuple[Session, View]:
    """The visitor's window with another pair."""
    changed = _known(session).with_pair(pair)
    return changed, views.first_view(changed)


@in_one_sentence
def grow(session: Session | None, event: gr.EventData) -> Iterator[tuple[Any, View]]:
    """Compute the window's curve; another window or picture stops it at the next node.

    Where a GPU is lent per call and none can be had, the embedded pair takes over.
    """
    known = _known(session)
    if _sent(event).get("revision") != known.revision:
        return
    try:
        for view in itertools.takewhile(lambda _: known.is_current, views.growth(known)):
            yield gr.skip(), view
    except zero.LostGpuError:
        gr.Warning(text.NO_GPU)
        yield _seen_by(known, zero.FALLBACK)


@in_one_sentence
def rest(session: Session | None, event: gr.EventData) -> Iterator[tuple[Session, View]]:
    """Compute the window exactly; returning the session keeps it from expiring."""
    known, alpha = _known(session), _fraction(_sent(event), "alpha")
    if zero.lends(known.pair):
        raise ValueError(text.BROKEN_REQUEST)
    view = views.exact_view(known, alpha)
    if known.is_current:
        yield known, view


@in_one_sentence
def add_method(session: Session | None, event: gr.EventData) -> Iterator[View]:
    """Compute one more method's crop."""
    known, model = _known(session), _sent(event).get("model")
    if model not in text.ADDED_METHODS:
        raise ValueError(text.BROKEN_REQUEST)
    yield View(revision=known.revision, panes=[views.method_pane(known, str(model))])


@in_one_sentence
def export(session: Session | None, event: gr.EventData) -> Iterator[tuple[Any, Any]]:
    """Compute the whole picture tile by tile; leaving or cancelling stops it at the next one."""
    known, sent = _known(session), _sent(event)
    alpha = _fraction(sent, "alpha") if sent.get("map") is None else _map(known, sent["map"])
    picture, upscaler = _whole(known), Upscaler(known.pair, device=device.name())
    start = time.monotonic()
    yield _save_button(text.COMPUTING), gr.update(visible=True)
    for progress in upscaler.tiles(picture.pixels, alpha):
        if progress.result is None:
            yield _save_button(text.progress(progress.done, progress.total)), gr.skip()
        else:
            enlarged = upscaler.finish(picture, progress.result)
            name = upscaler.file_name(Path(known.name).stem, alpha)
            path = store.put(encode_png(enlarged), name).path
            seconds = time.monotonic() - start
            label = text.ready(name, enlarged.pixels, progress.p99, seconds)
            yield _save_button(label, path), gr.update(visible=False)


@in_one_sentence
def draw_figure(session: Session | None, event: gr.EventData) -> Iterator[Any]:
    """Draw the comparison figure of the window, as PNG or PDF."""
    known, sent = _known(session), _sent(event)
    alpha, methods = _fraction(sent, "alpha"), _methods(known, sent.get("methods"))
    suffix = sent.get("format")
    if suffix not in FORMATS:
        raise ValueError(text.BROKEN_REQUEST)
    yield _save_button(text.DRAWING)
    name = f"{Path(known.name).stem}_comparison_a{alpha:.2f}.{suffix}"
    path = store.put(figures.figure(known, methods, alpha, suffix), name).path
    yield _save_button(text.drawn(name), path)


def withdraw_figure() -> Any:
    """Hide the figure's button: it failed or is out of date."""
    return gr.update(visible=False, value=None)


def withdraw_export() -> tuple[Any, Any]:
    """Hide the save and cancel buttons: the export was cancelled or is out of date."""
    return gr.update(visible=False, value=None), gr.update(visible=False)


def _save_button(label: str, path: str | None = None) -> Any:
    """The save button; it works once there is a file."""
    return gr.update(visible=True, label=label, value=path, interactive=path is not None)


def _whole(session: Session) -> Picture:
    """What the export enlarges: the picture, or in Compare the picture reduced."""
    picture = session.picture
    check_exportable(*session.scene.small)
    if session.scene.mode is Mode.ENLARGE:
        return picture
    return Picture(imresize(crop_to_multiple(picture.pixels, SCALE), 1 / SCALE), grey=picture.grey)


def check_exportable(width: int, height: int) -> None:
    """Refuse to enlarge a whole picture that is too large for a page that many share."""
    if width * height > EXPORT_MEGAPIXELS * 1e6:
        raise ValueError(text.TOO_LARGE_TO_EXPORT)


def _methods(session: Session, names: object) -> list[str]:
    """The crops that a browser shows, each once."""
    shown = [*text.TITLES, views.LIVE_PANE]
    if session.scene.hr is None:
        shown.remove(figures.ORIGINAL)
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


def _sent(event: gr.EventData) -> dict[str, Any]:
    """What the browser sent with an event."""
    data: Any = getattr(event, "_data", None)
    if not isinstance(data, dict):
        raise ValueError(text.BROKEN_REQUEST)
    return data


def _fraction(sent: dict[str, Any], key: str) -> float:
    """A number between 0 and 1."""
    value = sent.get(key)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError(text.BROKEN_REQUEST)
    if not 0 <= value <= 1:
        raise ValueError(text.BROKEN_REQUEST)
    return float(value)


def _file_name(name: str) -> str:
    """The last part of a name, short enough for any file system."""
    last = Path(name.replace("\0", "")).name or "picture"
    return last.encode()[-LONGEST_NAME:].decode(errors="ignore")


def _known(session: Session | None) -> Session:
    """The visitor's session, which is forgotten after an hour."""
    if session is None:
        raise ValueError(text.IDLE)
    return session


def _pair(session: Session | None) -> Model:
    """The visitor's pair."""
    return networks.first_pair() if session is None else session.pair


def _latest(session: Session | None) -> Latest:
    """The visitor's counter; that of a forgotten one starts above all that the page has seen."""
    return Latest(1_000_000) if session is None else session.latest
