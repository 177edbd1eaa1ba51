"""Scores of test sets: metrics by picture and by set, sweeps over α, and their tables."""

from esrgan.evaluation.catalogue import DEFAULT_METRICS, METRICS, find_metric, footnote
from esrgan.evaluation.pictures import ImagePair, MetricInput, MetricModels, find_pairs
from esrgan.evaluation.scores import Scores, caption, evaluate, report, score
from esrgan.evaluation.sweep import sweep, sweep_report
from esrgan.evaluation.tables import picture_rows, sweep_rows, to_csv, to_markdown

__all__ = [
    "DEFAULT_METRICS",
    "METRICS",
    "ImagePair",
    "MetricInput",
    "MetricModels",
    "Scores",
    "caption",
    "evaluate",
    "find_metric",
    "find_pairs",
    "footnote",
    "picture_rows",
    "report",
    "score",
    "sweep",
    "sweep_report",
    "sweep_rows",
    "to_csv",
    "to_markdown",
]
