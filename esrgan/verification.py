"""Comparison of a model's PSNR on test sets with the PSNR that its publication reports."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from esrgan.evaluation import Scores, evaluate, find_pairs, report
from esrgan.inference import Upscaler
from esrgan.weights.registry import Score

TOLERANCE_DB = 0.1
"""Largest difference that counts as agreement: publications round, and reduce by other programs."""
WithProgress = Callable[[Iterable[Scores], int], Iterable[Scores]]
"""Takes scores and their number, and yields the scores while showing progress."""


@dataclass(frozen=True)
class Comparison:
    """A published PSNR and the measured one.

    Attributes
    ----------
    score
        What the publication reports: test set, picture, α and PSNR in dB.
    measured
        In dB; None where it cannot be measured.
    """

    score: Score
    measured: float | None

    @property
    def agrees(self) -> bool:
        """Whether the two differ by no more than `TOLERANCE_DB`."""
        return self.measured is not None and (
            abs(self.measured - self.score.psnr_y) <= TOLERANCE_DB
        )

    def __str__(self) -> str:
        """One line of a table."""
        test_set = f"{self.score.benchmark} {self.score.picture}".strip()
        alpha = "" if self.score.alpha is None else f" at α = {self.score.alpha:.2f}"
        measured = "nothing" if self.measured is None else f"{self.measured:.2f} dB"
        verdict = "agrees" if self.agrees else "DIFFERS"
        return f"{test_set}{alpha}: {measured}, published {self.score.psnr_y:.2f} dB: {verdict}"


def compare(
    upscaler: Upscaler, benchmarks: Path, with_progress: WithProgress
) -> Iterator[Comparison]:
    """Measure every PSNR that the publication of a model reports, and yield the comparisons.

    Parameters
    ----------
    upscaler
        Of a model that the registry holds published scores of.
    benchmarks
        Folder with `SET/HR` and `SET/LRx4` (by the model's scale); where the latter is missing,
        the originals are reduced by MATLAB's bicubic.
    with_progress
        Yields the scores that it is given, with or without showing progress.

    Raises
    ------
    ValueError
        If a test set is missing or a picture cannot be used.
    """
    ordered = sorted(upscaler.model.scores, key=_test_set_and_alpha)
    for (benchmark, alpha), scores in groupby(ordered, key=_test_set_and_alpha):
        lr = benchmarks / benchmark / f"LRx{upscaler.scale}"
        pairs = find_pairs(benchmarks / benchmark / "HR", lr if lr.is_dir() else None)
        measured = evaluate(upscaler, pairs, alpha=alpha, metrics=["psnr_y"])
        table = report(upscaler, alpha, list(with_progress(measured, len(pairs))))
        pictures = {image["name"]: image["psnr_y"] for image in table["images"]}
        for score in scores:
            psnr_db = pictures.get(score.picture) if score.picture else table["mean"]["psnr_y"]
            yield Comparison(score, psnr_db)


def _test_set_and_alpha(score: Score) -> tuple[str, float | None]:
    """Test set and α: scores that share both are measured together."""
    return score.benchmark, score.alpha
