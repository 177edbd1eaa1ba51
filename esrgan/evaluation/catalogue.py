"""Every metric by name: what captions call it, how it is measured, how it is computed."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from esrgan.evaluation.pictures import Judges, Rebuilt
from esrgan.metrics.fidelity import BORDER_PX, LR_BORDER_PX, convention, lr_psnr, psnr, rmse, ssim
from esrgan.metrics.naturalness import UndefinedError, niqe
from esrgan.metrics.perception import PROXY_ERROR, combine, ma_proxy
from esrgan.metrics.published_index import published_index


@dataclass(frozen=True)
class Metric:
    """One figure.

    Attributes
    ----------
    title, unit, decimals
        How a caption writes it.
    convention
        How it is measured; `{border_px}` stands for the width of the border.
    compute
        Raises ValueError with the reason where a picture has no such figure.
    error
        Standard error of an estimate; None for what is computed exactly.
    """

    title: str
    unit: str
    decimals: int
    convention: str
    compute: Callable[[Rebuilt], float]
    error: float | None = None


def _niqe(it: Rebuilt) -> float:
    """NIQE by the model that was asked for."""
    return niqe(it.sr, it.judges.pristine) if it.judges.pristine else it.naturalness


def _lpips(it: Rebuilt, key: str) -> float:
    """The learned distance, if the weights that were given are of this kind."""
    lpips = it.judges.lpips
    if lpips is None or lpips.key != key:
        raise UndefinedError("needs its weights: see --lpips")
    return lpips(it.sr, it.original)


BORDER = "{border_px}-px border cut"
LUMA, RGB = f"BT.601 studio luma, {BORDER}", f"RGB, {BORDER}"
SSIM_SETTINGS = "11x11 Gaussian window of σ 1.5"
SET_RMSE = "grey levels; over a set the root of the mean square"
METRICS: Mapping[str, Metric] = {
    "psnr_y": Metric(
        "PSNR", "dB", 2, LUMA, lambda it: psnr(it.sr, it.original, border_px=it.border_px)
    ),
    "ssim_y": Metric(
        "SSIM",
        "",
        4,
        f"{LUMA}, {SSIM_SETTINGS}",
        lambda it: ssim(it.sr, it.original, border_px=it.border_px),
    ),
    "rmse_y": Metric(
        "RMSE",
        "",
        2,
        f"{LUMA}, {SET_RMSE}",
        lambda it: rmse(it.sr, it.original, border_px=it.border_px),
    ),
    "niqe": Metric("NIQE", "", 2, "rounded BT.601 studio luma, whole picture", _niqe),
    "perceptual_index": Metric(
        "PI proxy",
        "",
        2,
        f"Ma's half is a proxy fitted to DCT energy, ± {PROXY_ERROR} rms; whole picture",
        lambda it: combine(ma_proxy(it.sr), it.naturalness),
        PROXY_ERROR,
    ),
    "lr_psnr": Metric(
        "LR-PSNR",
        "dB",
        2,
        f"{convention(border_px=LR_BORDER_PX)}, reduced again by MATLAB's bicubic",
        lambda it: lr_psnr(it.sr, it.reduced),
    ),
    "psnr_rgb": Metric(
        "PSNR (RGB)",
        "dB",
        2,
        RGB,
        lambda it: psnr(it.sr, it.original, border_px=it.border_px, rgb=True),
    ),
    "ssim_rgb": Metric(
        "SSIM (RGB)",
        "",
        4,
        f"{RGB}, {SSIM_SETTINGS}",
        lambda it: ssim(it.sr, it.original, border_px=it.border_px, rgb=True),
    ),
    "rmse_rgb": Metric(
        "RMSE (RGB)",
        "",
        2,
        f"{RGB}, {SET_RMSE}",
        lambda it: rmse(it.sr, it.original, border_px=it.border_px, rgb=True),
    ),
    "pi": Metric(
        "PI", "", 2, "the real index, by pyiqa's settings", lambda it: published_index(it.sr)
    ),
    "lpips": Metric("LPIPS", "", 4, "official weights", lambda it: _lpips(it, "lpips")),
    "st_lpips": Metric(
        "ST-LPIPS", "", 4, "shift-tolerant weights", lambda it: _lpips(it, "st_lpips")
    ),
}
"""By the names that stand in reports."""
DEFAULT_METRICS = ("psnr_y", "ssim_y", "rmse_y", "niqe", "perceptual_index", "lr_psnr")
QUADRATIC_MEANS = ("rmse_y", "rmse_rgb")
"""Averaged over a set as the root of the mean square (PIRM 2018, arXiv 1809.07517)."""


def check_metrics(metrics: Iterable[str]) -> tuple[str, ...]:
    """The names, each once.

    Raises
    ------
    ValueError
        If a name is unknown; the known ones are listed.
    """
    names = tuple(dict.fromkeys(metrics))
    unknown = [name for name in names if name not in METRICS]
    if unknown:
        raise ValueError(f"Unknown metric {unknown[0]!r}; choose from {', '.join(METRICS)}.")
    return names


def conventions(
    metrics: Iterable[str], judges: Judges | None = None, border_px: int = BORDER_PX
) -> dict[str, str]:
    """How each metric is measured, by its name; the border is as wide as the scale."""
    found = {name: METRICS[name].convention.format(border_px=border_px) for name in metrics}
    if "niqe" in found:
        model = judges.pristine.name if judges and judges.pristine else "our own fit"
        found["niqe"] += f"; pristine model: {model}"
    if judges and judges.lpips and judges.lpips.key in found:
        found[judges.lpips.key] += f", {judges.lpips.name}"
    return found


def footnote(
    metrics: Iterable[str], judges: Judges | None = None, border_px: int = BORDER_PX
) -> str:
    """The conventions in one line, metrics of one convention together.

    Examples
    --------
    >>> footnote(["psnr_y"])
    'PSNR: BT.601 studio luma, 4-px border cut'
    """
    titles: dict[str, list[str]] = {}
    for name, text in conventions(metrics, judges, border_px).items():
        titles.setdefault(text, []).append(METRICS[name].title)
    return " · ".join(f"{', '.join(names)}: {text}" for text, names in titles.items())
