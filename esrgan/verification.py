"""Whether a model scores what its publication says."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from esrgan.evaluation import Scores, evaluate, find_pairs, report
from esrgan.inference import Upscaler
from esrgan.weights.registry import Score

TOLERANCE_DB = 0.1
"""Largest difference that counts as agreement: publications round, and reduce by other programs."""
Watch = Callable[[Iterable[Scores], int], Iterable[Scores]]


@dataclass(frozen=True)
class Comparison:
    """A published PSNR and ours, in dB; ours is None where it cannot be measured."""

    score: Score
    measured: float | None

    @property
    def agrees(self) -> bool:
        """Whether the two differ by no more than the tolerance."""
        return self.measured is not None and (
            abs(self.measured - self.score.psnr_y) <= TOLERANCE_DB
        )

    def __str__(self) -> str:
        """One line of a table."""
        what = f"{self.score.benchmark} {self.score.picture}".strip()
        alpha = "" if self.score.alpha is None else f" at α = {self.score.alpha:.2f}"
        measured = "nothing" if self.measured is None else f"{self.measured:.2f} dB"
        verdict = "agrees" if self.agrees else "DIFFERS"
        return f"{what}{alpha}: {measured}, published {self.score.psnr_y:.2f} dB: {verdict}"


def compare(upscaler: Upscaler, benchmarks: Path, watch: Watch) -> Iterator[Comparison]:
    """Measure everything that the publication of a model reports.

    Parameters
    ----------
    benchmarks
        Folder with `SET/HR` and, where the reduced pictures are not to be made here, `SET/LRx4`.
    watch
        Draws a progress bar over the pictures, or gives them back as they are.

    Raises
    ------
    ValueError
        If a test set is missing or a picture cannot be used.
    """
    ordered = sorted(upscaler.model.scores, key=_run)
    for (benchmark, alpha), scores in groupby(ordered, key=_run):
        lr = benchmarks / benchmark / f"LRx{upscaler.scale}"
        pairs = find_pairs(benchmarks / benchmark / "HR", lr if lr.is_dir() else None)
        measured = evaluate(upscaler, pairs, alpha=alpha, metrics=["psnr_y"])
        table = report(upscaler, alpha, list(watch(measured, len(pairs))))
        pictures = {it["name"]: it["psnr_y"] for it in table["images"]}
        for score in scores:
            found = pictures.get(score.picture) if score.picture else table["mean"]["psnr_y"]
            yield Comparison(score, found)


def _run(score: Score) -> tuple[str, float | None]:
    """What has to be computed for a score."""
    return score.benchmark, score.alpha
