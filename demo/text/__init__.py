"""Every sentence that a visitor reads, in each language of the page.

The browser words what the component shows, and Gradio's own components through `gr.I18n`; what
Gradio shows for the server (messages, buttons that report progress) is worded here, in the
language that the request prefers. Both take the browser's first language, English for others.
"""

import re
from collections.abc import Mapping
from typing import Any

import gradio as gr
import torch
from gradio.context import LocalContext
from numpy.typing import NDArray

import esrgan
from demo import device
from demo.refusals import BROKEN_REQUEST, GONE, TOO_LARGE_TO_EXPORT
from demo.text.chinese import CHINESE
from demo.text.english import ENGLISH
from demo.text.words import Words
from esrgan.images import WEB_LIMITS
from esrgan.metrics.fidelity import LR_BORDER_PX
from esrgan.metrics.naturalness import SMALLEST_PX
from esrgan.metrics.perception import PROXY_ERROR
from esrgan.weights import MODELS

__all__ = ["BROKEN_REQUEST", "GONE", "TOO_LARGE_TO_EXPORT"]

LANGUAGES: Mapping[str, Words] = {"en": ENGLISH, "zh-CN": CHINESE}
"""By the tag that the page is marked with; every region reads the same."""
GRADIOS_TAGS: Mapping[str, Words] = {**LANGUAGES, "zh": CHINESE, "zh-TW": CHINESE}
"""By the tags that Gradio knows a language by."""
FIRST_ALPHA = 0.8
CAUTION_ALPHA = 0.8
"""From here on the page says that detail is plausible, not real."""
FACTS: Mapping[str, Any] = {
    "least_px": SMALLEST_PX,
    "lr_border_px": LR_BORDER_PX,
    "megabytes": f"{WEB_LIMITS.megabytes:g}",
    "proxy_error": PROXY_ERROR,
}
"""Values in the component's labels that are the same for everybody."""
TITLES = {
    "input": "Input · its own pixels",
    **{name: model.title for name, model in MODELS.items() if not model.is_pair},
    "original": "Original",
}
"""Of the crops, single models among them; each language has its own in `told`."""
ADDED_METHODS = {
    name: TITLES[name]
    for name in ("input", *(n for n, it in MODELS.items() if not (it.is_pair or it.remote)))
    if name not in ("bicubic", "srresnet")
}
"""Crops that a visitor can add."""


def i18n() -> gr.I18n:
    """The words of Gradio's own components, from which the browser chooses."""
    versions = {
        "package": esrgan.__version__,
        "gradio": gr.__version__,
        "torch": torch.__version__,
        "device": device.describe(),
    }
    return gr.I18n(
        **{
            language: {key: sentence.format(**versions) for key, sentence in words.page.items()}
            for language, words in GRADIOS_TAGS.items()
        }
    )


def component_words() -> dict[str, dict[str, Any]]:
    """What the component needs in each language; `{…}` in labels is filled in the browser."""
    return {
        language: {"labels": dict(words.labels), "told": dict(words.told)}
        for language, words in LANGUAGES.items()
    }


def spoken() -> Words:
    """The words of the visitor whose request is being answered; English outside of requests."""
    request = LocalContext.request.get(None)
    preferred = request.headers.get("accept-language", "") if request else ""
    return next((it for tag, it in LANGUAGES.items() if _first(tag) == _first(preferred)), ENGLISH)


def _first(tags: str) -> str:
    """The language of a tag, or of the first of several, without region, script and weight."""
    return re.split("[-,;]", tags.strip(), maxsplit=1)[0].strip().lower()


def refusal(error: ValueError) -> str:
    """Why something cannot be done, in the language of the request."""
    return spoken().translate(str(error))


def progress(done: int, total: int) -> str:
    """Label of the button while the whole picture is computed."""
    return spoken().server["progress"].format(done=done, total=total)


def transfer(done: int, total: int) -> str:
    """Label of a pair's button while it is downloaded, from bytes."""
    return spoken().server["transfer"].format(done=done / 1e6, total=total / 1e6)


def batch_progress(done: int, total: int, name: str, tile: int, tiles: int) -> str:
    """Label of the button while several pictures are computed."""
    return (
        spoken()
        .server["batch_progress"]
        .format(done=done + 1, total=total, name=name, tile=tile, tiles=tiles)
    )


def batch_ready(done: int, total: int) -> str:
    """Label of the button that saves them."""
    return spoken().server["batch_ready"].format(done=done, total=total)


def drawn(name: str) -> str:
    """Label of the button that saves a figure."""
    return spoken().server["drawn"].format(name=name)


def ready(name: str, pixels: NDArray, p99: float | None, seconds: float) -> str:
    """Label of the button that saves the file; a JPEG is not exact, and says so."""
    words, (height, width) = spoken(), pixels.shape[:2]
    bound = words.labels["bound"].format(p99=f"{p99 or 0:.1f}")
    quality = words.labels["exact"] if p99 is None else bound
    if name.endswith(".jpg"):
        quality = words.server["lossy"]
    return words.server["ready"].format(
        name=name, width=width, height=height, quality=quality, seconds=seconds
    )
