"""The comparison figure of a visitor's window, like the paper's figure 7."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from demo import text
from demo.scene import PERCEPTION, Mode, Scene, original_scores, rebuild, scores
from demo.session import Session
from demo.views import LIVE_PANE
from demo.whole import fitting
from esrgan.evaluation import Scores, caption, footnote
from esrgan.images import Picture, on_white
from esrgan.pixels import to_8_bit
from esrgan.plots import Crop, comparison, encode
from esrgan.resize import crop_to_multiple

ORIGINAL = "original"
FIDELITY = {Mode.COMPARE: "psnr_y", Mode.ENLARGE: "lr_psnr"}
"""The one distance that a caption has room for."""
CAPTIONED = {*FIDELITY.values(), *PERCEPTION}
LARGEST_WHOLE_PX = 1200
OF_THE_BOX = "Figures are those of the box, taken as a picture of its own"


def figure(session: Session, methods: Sequence[str], alpha: float, suffix: str) -> bytes:
    """Draw the whole picture with the window, and the methods' crops; a PNG or PDF file.

    Parameters
    ----------
    methods
        Names of crops; that of the pair is drawn at `alpha`.
    suffix
        'png' or 'pdf'.
    """
    scene = session.scene
    whole, box = _whole(session)
    crops = [_crop(session, method, alpha) for method in methods]
    convention = footnote((FIDELITY[scene.mode], *PERCEPTION), border_px=scene.scale)
    note = _lines(f"{OF_THE_BOX} · {convention}")
    title = session.name.replace("$", r"\$")  # else a formula to matplotlib
    return encode(comparison(whole, box, crops, title=title, footnote=note), suffix)


def _whole(session: Session) -> tuple[NDArray[np.uint8], tuple[int, int, int, int]]:
    """The picture, at most `LARGEST_WHOLE_PX` long, and the window in it."""
    scene = session.scene
    is_original = scene.mode is Mode.COMPARE
    pixels = on_white(session.picture).pixels
    pixels = crop_to_multiple(pixels, scene.scale) if is_original else pixels
    size = fitting(pixels, LARGEST_WHOLE_PX)
    if size != pixels.shape[1::-1]:
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return to_8_bit(pixels), _box(scene, pixels.shape[1], pixels.shape[0])


def _box(scene: Scene, width: int, height: int) -> tuple[int, int, int, int]:
    """The window in a picture of another size; at least a pixel."""
    across, down = width / scene.small[0], height / scene.small[1]
    left, top = int(scene.box.left * across), int(scene.box.top * down)
    right = min(width, round((scene.box.left + scene.box.width) * across))
    bottom = min(height, round((scene.box.top + scene.box.height) * down))
    return left, top, max(1, right - left), max(1, bottom - top)


def _crop(session: Session, method: str, alpha: float) -> Crop:
    """One method's view of the window, with its figures."""
    scene, pair = session.scene, session.pair
    if method == ORIGINAL:
        if scene.hr is None:
            raise ValueError(text.BROKEN_REQUEST)
        return _captioned(scene.hr, text.TITLES[method], original_scores(scene.hr))
    if method == LIVE_PANE:
        sr, title = rebuild(scene, pair, alpha), f"{pair.title} · α {alpha:.2f}"
    else:
        sr, title = rebuild(scene, method), text.TITLES[method]
    shown = on_white(Picture(sr, scene.opacity)).pixels
    return _captioned(shown, title, scores(scene, sr))


def _captioned(pixels: NDArray, title: str, found: Scores) -> Crop:
    """A crop whose caption holds the figures that there is room for."""
    kept = {name: found.values[name] for name in found.values if name in CAPTIONED}
    words = caption(Scores("", kept, found.reasons))
    return Crop(to_8_bit(pixels), _lines(title), _lines(words))


def _lines(words: str) -> str:
    """Each part of a caption on a line of its own."""
    return words.replace(" · ", "\n")
