"""The page's named endpoints, for `gradio_client` and as MCP tools; all other events are private.

Parameters are described under 'Args:', which is where Gradio looks for a tool's schema.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from demo import networks, store
from demo.handlers import check_exportable
from demo.requests import in_one_sentence
from demo.scene import Mode, metrics, place, rebuild, scale_of, scores, small_size, upscaler
from demo.text import FIRST_ALPHA
from demo.views import FIRST, LATER
from esrgan.evaluation import MetricInput, Scores, score
from esrgan.images import WEB_LIMITS, Picture, encode_png, read
from esrgan.resize import crop_to_multiple, imresize
from esrgan.weights import MODELS, Model, is_cached

Measure = Callable[[Model, float | None], Scores]
"""Rebuilds one picture by a model, at an α if it has one, and measures the result."""


def offer() -> None:
    """Add the endpoints to the page that is being made; a visitor sees nothing of them."""
    call = gr.Button(visible=False)
    picture, alpha = gr.File(visible=False), gr.Number(1.0, visible=False)
    model = gr.Textbox("esrgan", visible=False)
    whole = gr.Checkbox(False, visible=False)
    answer, file = gr.JSON(visible=False), gr.File(visible=False)
    call.click(upscale, [picture, alpha, model], file, api_name="upscale")
    call.click(compare, [picture, whole], answer, api_name="compare")
    call.click(models, None, answer, api_name="models")


@in_one_sentence
def upscale(picture: str, alpha: float = 1.0, model: str = "esrgan") -> Iterator[str]:
    """Enlarge a picture, four times a side with the embedded models; returns a PNG file.

    Args:
        picture: PNG, JPEG, WebP, AVIF, BMP, GIF, TIFF, PPM or TGA of at most 2 megapixels.
        alpha: From 0, faithful, to 1, vivid with invented detail; single models ignore it.
        model: A name that the tool 'models' lists.
    """
    known = _ready(model)
    opened = read(_path(picture), WEB_LIMITS)
    height, width = opened.pixels.shape[:2]
    network = upscaler(known)
    check_exportable(width, height, network.scale)
    at = network.alpha(alpha if known.is_pair else None)
    name = network.file_name(Path(picture).stem, at)
    yield store.put(encode_png(network.upscale(opened, at)), name).path


@in_one_sentence
def compare(picture: str, whole: bool = False) -> Iterator[list[dict[str, Any]]]:
    """Shrink a picture four times, rebuild its middle by each method, and measure that.

    Answers name, title, alpha (null for single models), figures, and the reason for each figure
    that cannot be computed. PSNR and SSIM: higher is closer to the original. NIQE and the
    perceptual index: lower looks more natural.

    Args:
        picture: PNG, JPEG, WebP, AVIF, BMP, GIF, TIFF, PPM or TGA of at most 50 megapixels.
        whole: Rebuild and measure the whole picture, of at most 2 megapixels, as papers do.
    """
    pair = networks.first_pair()
    opened = read(_path(picture), WEB_LIMITS)
    methods = [
        *((MODELS[name], None) for name in (*FIRST, *LATER)),
        *((pair, alpha) for alpha in (0.0, FIRST_ALPHA, 1.0)),
    ]
    measure = _measure_whole(opened, pair) if whole else _measure_window(opened, pair)
    yield [_row(model, alpha, measure(model, alpha)) for model, alpha in methods]


@in_one_sentence
def models() -> Iterator[list[dict[str, Any]]]:
    """List the models that are ready: name, title, whether alpha moves it, and licence."""
    yield [
        {"name": it.name, "title": it.title, "is_pair": it.is_pair, "licence": it.licence}
        for it in MODELS.values()
        if is_cached(it)
    ]


def _ready(name: object) -> Model:
    """A model that needs no download."""
    known = [model.name for model in MODELS.values() if is_cached(model)]
    if name not in known:
        raise ValueError(f"There is no model {str(name)[:40]!r} here: use {', '.join(known)}.")
    return MODELS[str(name)]


def _path(picture: object) -> Path:
    """Where Gradio has put the caller's picture."""
    if not isinstance(picture, str):
        raise ValueError("A picture is missing.")
    return Path(picture)


def _measure_window(picture: Picture, pair: Model) -> Measure:
    """Measure a method in the window at the picture's middle."""
    scene = place(picture, Mode.COMPARE, 0.5, 0.5, scale_of(pair))
    return lambda model, alpha: scores(scene, rebuild(scene, model, alpha))


def _measure_whole(picture: Picture, pair: Model) -> Measure:
    """Measure a method on the whole picture, cut to a multiple of the scale."""
    scale = scale_of(pair)
    height, width = picture.pixels.shape[:2]
    small_size(picture, Mode.COMPARE, scale)
    check_exportable(width, height, scale)
    hr = crop_to_multiple(picture.pixels, scale)
    lr = imresize(hr, 1 / scale)

    def measure(model: Model, alpha: float | None) -> Scores:
        return score("", MetricInput(upscaler(model)(lr, alpha), hr, lr), metrics(Mode.COMPARE))

    return measure


def _row(model: Model, alpha: float | None, found: Scores) -> dict[str, Any]:
    """A method's entry in the answer."""
    return {
        "name": model.name,
        "title": model.title,
        "alpha": alpha,
        "figures": dict(found.values),
        "reasons": dict(found.reasons),
    }
