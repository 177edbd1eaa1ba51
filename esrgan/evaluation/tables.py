"""Reports as CSV and as Markdown tables."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from esrgan.evaluation.catalogue import METRICS, find_metric
from esrgan.evaluation.metric import Metric
from esrgan.evaluation.sweep import PATHS

Row = Mapping[str, Any]


def picture_rows(report: Mapping[str, Any]) -> list[Row]:
    """Rows of the report of `evaluate`: one for each picture, and one of the means."""
    rows: list[Row] = [
        {**image, "reasons": _sentence(image["reasons"])} for image in report["images"]
    ]
    return [*rows, {"name": "mean", **report["mean"], "reasons": ""}]


def sweep_rows(report: Mapping[str, Any]) -> list[Row]:
    """Rows of the report of `sweep`: the means of each method, and of each path at every α."""
    rows: list[Row] = [
        {"method": name, "alpha": None, **entry["mean"]}
        for name, entry in report["methods"].items()
    ]
    for path in PATHS:
        method = f"{report['model']}, {path} interpolation"
        rows += [
            {"method": method, "alpha": entry["alpha"], **entry["mean"]} for entry in report[path]
        ]
    return rows


def _sentence(reasons: Mapping[str, str]) -> str:
    """Why values are missing, in one line."""
    return "; ".join(f"{metric}: {reason}" for metric, reason in reasons.items())


def to_csv(rows: Sequence[Row]) -> str:
    """Write rows as comma-separated values with a header, in full precision.

    Parameters
    ----------
    rows
        At least one; all have the keys of the first, in its order. None becomes an empty cell.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def to_markdown(rows: Sequence[Row], convention: Mapping[str, str]) -> str:
    """Write rows as a Markdown table, with the metrics' conventions in a list below it.

    Parameters
    ----------
    rows
        At least one; all have the keys of the first. Values of metrics are rounded, None becomes
        a dash, and the column 'reasons' is left out.
    convention
        How each metric is measured, by its name in reports.

    Examples
    --------
    >>> print(to_markdown([{"name": "mean", "psnr_y": 28.43}], {"psnr_y": "luma"}))
    | name | PSNR/dB |
    |---|---:|
    | mean | 28.43 |
    <BLANKLINE>
    - PSNR: luma
    <BLANKLINE>
    """
    columns = [column for column in rows[0] if column != "reasons"]
    metrics = {name: find_metric(name) for name in columns if name in METRICS or name in convention}
    lines = [_line(_heading(column, metrics.get(column)) for column in columns)]
    lines.append("|" + "".join("---:|" if column in metrics else "---|" for column in columns))
    lines += [_line(_cell(metrics.get(column), row[column]) for column in columns) for row in rows]
    notes = [f"- {metrics[name].title}: {text}" for name, text in convention.items()]
    return "\n".join([*lines, "", *notes, ""])


def _line(cells: Any) -> str:
    """One row of a Markdown table."""
    return f"| {' | '.join(cells)} |"


def _heading(column: str, metric: Metric | None) -> str:
    """Heading of a column; a metric has its unit."""
    if metric is not None:
        return metric.heading
    return {"alpha": "α"}.get(column, column)


def _cell(metric: Metric | None, value: Any) -> str:
    """Text of one cell; a vertical bar in a file's name would end the cell."""
    if metric is not None:
        return metric.format_number(value)
    return "–" if value is None else str(value).replace("|", "\\|")
