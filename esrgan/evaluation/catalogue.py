"""The catalogue of metrics: how each is computed, averaged over a test set, and written."""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from esrgan.evaluation.metric import Metric, root_mean_square
from esrgan.evaluation.pictures import MetricInput, MetricModels
from esrgan.metrics.fidelity import BORDER_PX, LR_BORDER_PX, convention, lr_psnr, psnr, rmse, ssim
from esrgan.metrics.naturalness import UndefinedError, niqe
from esrgan.metrics.perception import PROXY_ERROR, combine, ma_proxy
from esrgan.metrics.pristine_model import load_model
from esrgan.metrics.pyiqa_metrics import LICENCE, PACKAGE, is_known, load_pyiqa


def _fidelity(function: Callable[..., float], inputs: MetricInput, *, rgb: bool = False) -> float:
    """Compare the enlarged picture with the original, on luma or on RGB."""
    return function(inputs.sr, inputs.required_hr, border_px=inputs.border_px, rgb=rgb)


def _niqe(inputs: MetricInput) -> float:
    """NIQE by the model that the input names, or by the public one."""
    model = inputs.metric_models.pristine
    return niqe(inputs.sr, model) if model else inputs.public_niqe


def _lpips(inputs: MetricInput, key: str) -> float:
    """LPIPS or ST-LPIPS by weights of this kind that were given, else by pyiqa."""
    lpips = inputs.metric_models.lpips
    if lpips is not None and lpips.key == key:
        return lpips(inputs.sr, inputs.required_hr)
    if is_known(PYIQA_NAMES[key]):
        return load_pyiqa(PYIQA_NAMES[key])(inputs.sr, inputs.hr)
    raise UndefinedError("needs its weights: see --lpips")


PYIQA_NAMES = {"lpips": "lpips", "st_lpips": "stlpips"}
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
        convention=f"the real index, by {PACKAGE} ({LICENCE})",
        compute=lambda inputs: load_pyiqa("pi")(inputs.sr),
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


def find_metric(name: str) -> Metric:
    """Find a metric by its name in reports: a key of `METRICS`, or any metric of pyiqa.

    Raises
    ------
    ValueError
        If there is none; the message lists those there are.
    """
    if name in METRICS:
        return METRICS[name]
    if is_known(name):
        return _pyiqa_metric(name)
    raise ValueError(
        f"Unknown metric {name!r}; choose from {', '.join(METRICS)}, or any metric of the optional "
        f"package {PACKAGE} ({LICENCE})."
    )


@lru_cache(maxsize=8)
def _pyiqa_metric(name: str) -> Metric:
    """An entry for a metric of pyiqa."""
    metric = load_pyiqa(name)
    return Metric(
        title=name.upper(),
        decimals=4,
        higher_is_better=metric.higher_is_better,
        convention=f"{PACKAGE}'s {name}, RGB, whole picture ({LICENCE})",
        compute=lambda inputs: metric(inputs.sr, inputs.hr),
    )


def check_metrics(metrics: Iterable[str]) -> tuple[str, ...]:
    """Return the names of metrics without repetitions, in their order.

    Raises
    ------
    ValueError
        If there is no metric of a name, as `find_metric` does.
    """
    names = tuple(dict.fromkeys(metrics))
    for name in names:
        find_metric(name)
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
    texts = {name: find_metric(name).convention.format(border_px=border_px) for name in metrics}
    if "niqe" in texts:
        model = (metric_models and metric_models.pristine) or load_model()
        texts["niqe"] += f"; pristine model: {model.name}"
    lpips = metric_models.lpips if metric_models else None
    for key in PYIQA_NAMES.keys() & texts.keys():
        given = lpips is not None and lpips.key == key
        texts[key] += f", {lpips.name}" if lpips and given else f", by {PACKAGE} ({LICENCE})"
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
        titles.setdefault(text, []).append(find_metric(name).title)
    return " · ".join(f"{', '.join(names)}: {text}" for text, names in titles.items())
