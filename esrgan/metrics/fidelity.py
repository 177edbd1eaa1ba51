"""PSNR, SSIM, RMSE and LR-PSNR: BT.601 studio luma and a 4-px border cut, or RGB by choice."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from skimage.metrics import structural_similarity

from esrgan.resize import imresize

BORDER_PX = 4
LR_BORDER_PX = 1
SSIM_WINDOW_PX = 11
PEAK = 255.0
LUMA_WEIGHTS = (65.481 / PEAK, 128.553 / PEAK, 24.966 / PEAK)
LUMA_OFFSET = 16.0


def convention(*, border_px: int = BORDER_PX, rgb: bool = False) -> str:
    """Describe how a fidelity metric is measured, for captions and tables.

    Examples
    --------
    >>> convention()
    'BT.601 studio luma, 4-px border cut'
    """
    return f"{'RGB' if rgb else 'BT.601 studio luma'}, {border_px}-px border cut"


def luma(picture: NDArray) -> NDArray[np.float64]:
    """Y of BT.601 in studio range, 16 to 235, not rounded (JPEG's grey is another).

    Parameters
    ----------
    picture
        (H, W, 3) RGB, uint8, uint16, or floating point in [0, 1].

    Returns
    -------
    NDArray
        (H, W) float64.

    Raises
    ------
    ValueError
        If the array is not (H, W, 3) RGB, or a float is NaN or outside [0, 1].

    Examples
    --------
    >>> luma(np.full((1, 1, 3), 255, np.uint8)).round(6).tolist()
    [[235.0]]
    """
    scale = PEAK / peak(picture)
    total = np.full(picture.shape[:2], LUMA_OFFSET)
    for channel, weight in enumerate(LUMA_WEIGHTS):  # channel by channel: a third of the memory
        total += weight * scale * picture[..., channel].astype(np.float64)
    return total


def peak(picture: NDArray) -> float:
    """Value of white in a picture's dtype: 255, 65535, or 1 for floating point.

    Raises
    ------
    ValueError
        If the array is not (H, W, 3) of unsigned integers or floats, or a float is NaN or
        outside [0, 1].
    """
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype.kind not in "uf":
        raise ValueError(
            f"Expected (H, W, 3) RGB, unsigned integers or floats in [0, 1], "
            f"got {picture.dtype} {picture.shape}."
        )
    if picture.dtype.kind == "u":
        return float(np.iinfo(picture.dtype).max)
    if picture.size and not (picture.min() >= 0 and picture.max() <= 1):
        raise ValueError("Floating-point pictures must lie in [0, 1]: divide by 255, or clip.")
    return 1.0


def grey_levels(picture: NDArray) -> NDArray[np.float64]:
    """Convert RGB, (H, W, 3) uint8, uint16 or floats in [0, 1], to float64 in [0, 255]."""
    return picture.astype(np.float64) * (PEAK / peak(picture))


def measured_values(
    sr: NDArray, hr: NDArray, border_px: int, rgb: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Luma or RGB of both pictures in grey levels, with the border cut: what metrics compare."""
    if sr.shape != hr.shape:
        raise ValueError(f"The pictures differ in size: {sr.shape} and {hr.shape}.")
    if min(sr.shape[:2]) <= 2 * border_px:
        raise ValueError(f"Nothing is left of {sr.shape[:2]} without a border of {border_px} px.")
    convert = grey_levels if rgb else luma
    rows, columns = (slice(border_px, side - border_px) for side in sr.shape[:2])
    return convert(sr)[rows, columns], convert(hr)[rows, columns]


def rmse(sr: NDArray, hr: NDArray, *, border_px: int = BORDER_PX, rgb: bool = False) -> float:
    """Root of the mean squared difference, in grey levels of 0 to 255; 0 for identical pictures.

    Parameters
    ----------
    sr, hr
        (H, W, 3) RGB of one size: uint8, uint16, or floating point in [0, 1].
    border_px
        Pixels cut on each side; the field cuts as many as the scale.
    rgb
        Measure all three channels instead of luma.

    Raises
    ------
    ValueError
        If sizes or types do not fit.
    """
    ours, theirs = measured_values(sr, hr, border_px, rgb)
    return float(np.sqrt(np.mean((ours - theirs) ** 2)))


def psnr(sr: NDArray, hr: NDArray, *, border_px: int = BORDER_PX, rgb: bool = False) -> float:
    """Peak signal-to-noise ratio in dB, peak 255; infinite for identical pictures.

    Parameters
    ----------
    sr, hr
        (H, W, 3) RGB of one size: uint8, uint16, or floating point in [0, 1].
    border_px
        Pixels cut on each side; the field cuts as many as the scale.
    rgb
        Measure all three channels instead of luma.

    Raises
    ------
    ValueError
        If sizes or types do not fit.
    """
    error = rmse(sr, hr, border_px=border_px, rgb=rgb)
    return math.inf if error == 0 else 20 * math.log10(PEAK / error)


def ssim(sr: NDArray, hr: NDArray, *, border_px: int = BORDER_PX, rgb: bool = False) -> float:
    """Structural similarity with Wang's settings (doi 10.1109/TIP.2003.819861); 1 if identical.

    11x11 Gaussian window of σ 1.5, K = 0.01 and 0.03, borders of the filter left out.

    Parameters
    ----------
    sr, hr
        (H, W, 3) RGB of one size: uint8, uint16, or floating point in [0, 1].
    border_px
        Pixels cut on each side; the field cuts as many as the scale.
    rgb
        Measure all three channels, and take their mean, instead of luma.

    Raises
    ------
    ValueError
        If sizes or types do not fit, or less than 11 px a side are left without the border.
    """
    ours, theirs = measured_values(sr, hr, border_px, rgb)
    if min(ours.shape[:2]) < SSIM_WINDOW_PX:
        raise ValueError(
            f"SSIM needs {SSIM_WINDOW_PX} px a side besides the border, not {ours.shape[:2]}."
        )
    similarity: Any = structural_similarity(
        ours,
        theirs,
        data_range=PEAK,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
        channel_axis=2 if rgb else None,
    )
    return float(similarity)


def lr_psnr(sr: NDArray, lr: NDArray, *, rgb: bool = False) -> float:
    """PSNR in dB between `lr` and `sr`, reduced to the size of `lr` by MATLAB's bicubic.

    Parameters
    ----------
    sr
        The enlarged picture, (s·H, s·W, 3) RGB: uint8, uint16, or floating point in [0, 1].
    lr
        The picture that was enlarged, (H, W, 3) RGB of the same dtype.
    rgb
        Measure all three channels instead of luma.

    Returns
    -------
    float
        Measured with a 1-px border cut; infinite where `sr`, reduced, equals `lr`.

    Raises
    ------
    ValueError
        If the sizes do not fit.
    """
    if sr.shape[0] % lr.shape[0] or sr.shape[0] // lr.shape[0] * lr.shape[1] != sr.shape[1]:
        raise ValueError(f"{sr.shape[:2]} is not a multiple of {lr.shape[:2]}.")
    reduced = imresize(sr, lr.shape[0] / sr.shape[0]).clip(0, peak(sr)).astype(sr.dtype)
    return psnr(reduced, lr, border_px=LR_BORDER_PX, rgb=rgb)
