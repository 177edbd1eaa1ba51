"""Figures under a crop, for the component."""

from demo.scrubber import Figure
from esrgan.evaluation import METRICS, Scores
from esrgan.evaluation.scores import IDENTICAL


def figures(scores: Scores) -> list[Figure]:
    """One entry a figure; a reason that two of them share is said once."""
    told: set[str] = set()
    found: list[Figure] = []
    for name, value in scores.values.items():
        reason = scores.reasons.get(name, "")
        found.append(figure(name, value, "" if reason in told else reason))
        told.add(reason)
    return found


def figure(name: str, value: float | None, reason: str = "") -> Figure:
    """One figure, such as '27.31 dB' of 'psnr_y'."""
    if reason == IDENTICAL:
        return Figure(name=name, text="∞", reason="identical")
    return Figure(name=name, text=METRICS[name].format_value(value), reason=reason)
