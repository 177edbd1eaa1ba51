"""What reports know of a metric: its title, direction, precision, convention and average."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from esrgan.evaluation.pictures import MetricInput


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
        >>> from esrgan.evaluation import METRICS
        >>> METRICS["psnr_y"].format_value(26.0), METRICS["perceptual_index"].format_value(2.5)
        ('26.00 dB', '2.50 ± 0.35')
        """
        return self.format_number(value) + ("" if value is None else self.suffix)
