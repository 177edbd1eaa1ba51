"""Scoring and sweeping one picture of a test set, as tasks that other processes do too."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from esrgan.evaluation.pictures import ImagePair, MetricModels
from esrgan.evaluation.scores import Scores, evaluate
from esrgan.evaluation.sweep import PictureSweep, sweep
from esrgan.jobs import Report
from esrgan.setup import Setup


@dataclass(frozen=True)
class ScoreTask:
    """Scores one picture; its attributes are the parameters of `evaluate`."""

    setup: Setup
    alpha: float | None
    metrics: Sequence[str]
    metric_models: MetricModels = field(default_factory=MetricModels)

    def __call__(self, pair: ImagePair, report: Report) -> Scores:
        """Score one picture."""
        del report
        (scores,) = evaluate(
            self.setup.upscaler,
            [pair],
            alpha=self.alpha,
            metrics=self.metrics,
            metric_models=self.metric_models,
        )
        return scores


@dataclass(frozen=True)
class SweepTask:
    """Sweeps one picture over α; its attributes are the parameters of `sweep`."""

    setup: Setup
    alphas: Sequence[float]
    methods: Sequence[Setup]
    metrics: Sequence[str]
    metric_models: MetricModels = field(default_factory=MetricModels)

    def __call__(self, pair: ImagePair, report: Report) -> PictureSweep:
        """Sweep one picture."""
        del report
        (swept,) = sweep(
            self.setup.upscaler,
            [pair],
            self.alphas,
            methods=[method.upscaler for method in self.methods],
            metrics=self.metrics,
            metric_models=self.metric_models,
        )
        return swept
