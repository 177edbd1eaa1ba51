"""The catalogue of metrics: how each is computed, averaged over a test set, and written."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from esrgan.evaluation.pictures import MetricInput, MetricModels
from esrgan.metrics.fidelity import BORDER_PX, LR_BORDER_PX, convention, lr_psnr, psnr, rmse, ssim
from esrgan.metrics.naturalness import UndefinedError, niqe
from esrgan.metrics.perception import PROXY_ERROR, combine, ma_proxy
from esrgan.metrics.pristine_model import load_model
from esrgan.metrics.published_index import published_index


def arithmetic_mean(values: Sequence[float]) -> float:
    """Sum of the values divided by their number; there is at least one."""
    return math.fsum(values) / len(values)


def root_mean_square(values: Sequence[float]) -> float:
    """Root of the mean square of the values, as PIRM 2018 averages RMSE (arXiv 1809.07517).

    Examples
    --------
    >>> root_mean_square([3.0, 4.0])
    3.5355
    """
    return math.sqrt(math.fsum(value**2 for value in values) / len(values))


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A metric of the catalogue: how it is computed, averaged over a set, and written.

    Attributes
    ----------
    title
        Its name in captions and tables, such as 'PSNR'.
    unit
        Such as 'dB'; empty for a metric without one.
    decimals
        Digits after the decimal point of a written value.
    higher_is_better
        Whether the better of two pictures has the higher value.
    convention
        How it is measured; `{border_px}` stands for the width of the border.
    compute
        Computes the value of one picture; raises ValueError with the reason where there is none.
    average
        Computes the value of a test set from those of its pictures, of which there is at least
        one.
    error
        Standard error of an estimate; None for what is computed exactly.
    """

    title: str
    unit: str = ""
    decimals: int
    higher_is_better: bool
    convention: str
    compute: Callable[[MetricInput], float]
    average: Callable[[Sequence[float]], float] = arithmetic_mean
    error: float | None = None

    @property
    def axis_label(self) -> str:
        """Label of a plot's axis: title and unit, such as 'PSNR / dB'."""
        return f"{self.title} / {self.unit}" if self.unit else self.title

    @property
    def heading(self) -> str:
        """Heading of a table's column: title, error and unit, such as 'PSNR/dB'."""
        return f"{self.title}{self._error_text}" + (f"/{self.unit}" if self.unit else "")

    @property
    def suffix(self) -> str:
        """What follows a number: the error of an estimate and the unit, such as ' dB'."""
        return self._error_text + (f" {self.unit}" if self.unit else "")

    @property
    def _error_text(self) -> str:
        """The error of an estimate, such as ' ± 0.35'; empty for an exact metric."""
        return "" if self.error is None else f" ± {self.error}"

    def format_number(self, value: float | None) -> str:
        """Round a value as tables show it, such as '26.00'; '–' stands for None."""
        return "–" if value is None else f"{value:.{self.decimals}f}"

    def format_value(self, value: float | None) -> str:
        """Write a value as captions show it, with error and unit; '–' stands for None.

        Examples
        --------
        >>> METRICS["psnr_y"].format_value(26.0), METRICS["perceptual_index"].format_value(2.5)
        ('26.00 dB', '2.50 ± 0.35')
        """
        return self.format_number(value) + ("" if value is None else self.suffix)


def _fidelity(function: Callable[..., float], inputs: MetricInput, *, rgb: bool = False) -> float:
    """Compare the enlarged picture with the original, on luma or on RGB."""
    return function(inputs.sr, inputs.required_hr, border_px=inputs.border_px, rgb=rgb)


def _niqe(inputs: MetricInput) -> float:
    """NIQE by the model that the input names, or by the public one."""
    model = inputs.metric_models.pristine
    return niqe(inputs.sr, model) if model else inputs.public_niqe


def _lpips(inputs: MetricInput, key: str) -> float:
    """LPIPS or ST-LPIPS, if the weights that were given are of this kind."""
    lpips = inputs.metric_models.lpips
    if lpips is None or lpips.key != key:
        raise UndefinedError("needs its weights: see --lpips")
    return lpips(inputs.sr, inputs.required_hr)


BORDER = "{border_px}-px border cut"
LUMA, RGB = f"BT.601 studio luma, {BORDER}", f"RGB, {BORDER}"
SSIM_SETTINGS = "11x11 Gaussian window of σ 1.5"
SET_RMSE = "grey levels; over a set the root of the mean square"
METRICS: Mapping[str, Metric] = {
    "psnr_y": Metric(
        title="PSNR",
        unit="dB",
        decimals=2,
        higher_is_better=True,
        convention=LUMA,
        compute=lambda inputs: _fidelity(psnr, inputs),
    ),
    "ssim_y": Metric(
        title="SSIM",
        decimals=4,
        higher_is_better=True,
        convention=f"{LUMA}, {SSIM_SETTINGS}",
        compute=lambda inputs: _fidelity(ssim, inputs),
    ),
    "rmse_y": Metric(
        title="RMSE",
        decimals=2,
        higher_is_better=False,
        convention=f"{LUMA}, {SET_RMSE}",
        compute=lambda inputs: _fidelity(rmse, inputs),
        average=root_mean_square,
    ),
    "niqe": Metric(
        title="NIQE",
        decimals=2,
        higher_is_better=False,
        convention="rounded BT.601 studio luma, whole picture",
        compute=_niqe,
    ),
    "perceptual_index": Metric(
        title="PI proxy",
        decimals=2,
        higher_is_better=False,
        convention=(
            f"Ma's half is estimated from singular values of patches, ± {PROXY_ERROR} rms; "
            "whole picture"
        ),
        compute=lambda inputs: combine(ma_proxy(inputs.sr), inputs.public_niqe),
        error=PROXY_ERROR,
    ),
    "lr_psnr": Metric(
        title="LR-PSNR",
        unit="dB",
        decimals=2,
        higher_is_better=True,
        convention=f"{convention(border_px=LR_BORDER_PX)}, reduced again by MATLAB's bicubic",
        compute=lambda inputs: lr_psnr(inputs.sr, inputs.required_lr),
    ),
    "psnr_rgb": Metric(
        title="PSNR (RGB)",
        unit="dB",
        decimals=2,
        higher_is_better=True,
        convention=RGB,
        compute=lambda inputs: _fidelity(psnr, inputs, rgb=True),
    ),
    "ssim_rgb": Metric(
        title="SSIM (RGB)",
        decimals=4,
        higher_is_better=True,
        convention=f"{RGB}, {SSIM_SETTINGS}",
        compute=lambda inputs: _fidelity(ssim, inputs, rgb=True),
    ),
    "rmse_rgb": Metric(
        title="RMSE (RGB)",
        decimals=2,
        higher_is_better=False,
        convention=f"{RGB}, {SET_RMSE}",
        compute=lambda inputs: _fidelity(rmse, inputs, rgb=True),
        average=root_mean_square,
    ),
    "pi": Metric(
        title="PI",
        decimals=2,
        higher_is_better=False,
        convention="the real index, by pyiqa's settings",
        compute=lambda inputs: published_index(inputs.sr),
    ),
    "lpips": Metric(
        title="LPIPS",
        decimals=4,
        higher_is_better=False,
        convention="official weights",
        compute=lambda inputs: _lpips(inputs, "lpips"),
    ),
    "st_lpips": Metric(
        title="ST-LPIPS",
        decimals=4,
        higher_is_better=False,
        convention="shift-tolerant weights",
        compute=lambda inputs: _lpips(inputs, "st_lpips"),
    ),
}
"""Every metric, by its name in reports."""
DEFAULT_METRICS = ("psnr_y", "ssim_y", "rmse_y", "niqe", "perceptual_index", "lr_psnr")
"""Computed where no metrics are named."""


def check_metrics(metrics: Iterable[str]) -> tuple[str, ...]:
    """Return the names of metrics without repetitions, in their order.

    Raises
    ------
    ValueError
        If a name is no key of `METRICS`; the message lists them.
    """
    names = tuple(dict.fromkeys(metrics))
    unknown = [name for name in names if name not in METRICS]
    if unknown:
        raise ValueError(f"Unknown metric {unknown[0]!r}; choose from {', '.join(METRICS)}.")
    return names


def conventions(
    metrics: Iterable[str], metric_models: MetricModels | None = None, border_px: int = BORDER_PX
) -> dict[str, str]:
    """Describe how each metric is measured.

    Parameters
    ----------
    metrics
        Keys of `METRICS`.
    metric_models
        Models whose names the descriptions of NIQE and LPIPS hold; None stands for the
        embedded ones.
    border_px
        Width of the border that fidelity metrics cut: as many pixels as the scale.

    Returns
    -------
    dict
        A sentence for each metric, by its key.
    """
    texts = {name: METRICS[name].convention.format(border_px=border_px) for name in metrics}
    if "niqe" in texts:
        model = (metric_models and metric_models.pristine) or load_model()
        texts["niqe"] += f"; pristine model: {model.name}"
    if metric_models and metric_models.lpips and metric_models.lpips.key in texts:
        texts[metric_models.lpips.key] += f", {metric_models.lpips.name}"
    return texts


def footnote(
    metrics: Iterable[str], metric_models: MetricModels | None = None, border_px: int = BORDER_PX
) -> str:
    """Describe how metrics are measured in one line, those of one convention together.

    Parameters are those of `conventions`.

    Examples
    --------
    >>> footnote(["psnr_y"])
    'PSNR: BT.601 studio luma, 4-px border cut'
    """
    titles: dict[str, list[str]] = {}
    for name, text in conventions(metrics, metric_models, border_px).items():
        titles.setdefault(text, []).append(METRICS[name].title)
    return " · ".join(f"{', '.join(names)}: {text}" for text, names in titles.items())
