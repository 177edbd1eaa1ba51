"""Write `docs/model-card.md` and `docs/results.md`, and its pictures, from reports of `evaluate`.

`python -m benchmarks.publish REPORTS`: a folder with a folder for each test set, which holds one
JSON file of `python -m esrgan evaluate` for each model and α. The text around the tables is in
`benchmarks/documents/`.
"""

import argparse
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

from benchmarks import planes
from esrgan.evaluation import to_markdown
from esrgan.plots import encode
from esrgan.weights import MODELS, load
from esrgan.weights.generator import full_config

DOCUMENTS = Path(__file__).parent / "documents"
SETS = ("Set5", "Set14", "BSD100")
METRICS = ("psnr_y", "ssim_y", "niqe", "perceptual_index", "st_lpips", "lr_psnr")
"""Columns of the tables of scores."""
TITLES = {
    "bicubic": "Bicubic",
    "srcnn": "SRCNN, trained by us",
    "srresnet": "SRResNet, trained by us",
    "edsr": "EDSR of baseline size, trained by us",
    "rcan": "RCAN-small, trained by us",
    "enhancenet": "EnhanceNet-small, trained by us",
    "srgan": "SRGAN, trained by us",
    "esrgan": "ESRGAN-small, trained by us",
}
PICTURES: Mapping[str, str] = {
    "bicubic": "–",
    **dict.fromkeys(("srresnet", "srgan", "esrgan"), "496"),
    **dict.fromkeys(("srcnn", "edsr", "rcan", "enhancenet"), "587"),
}
"""Number of pictures that each model was trained on."""
PUBLISHED = (
    ("SRCNN", "291", "30.48 · 0.8628", "27.50 · 0.7513", "26.90 · 0.7101"),
    ("MemNet", "291", "31.74 · 0.8893", "28.26 · 0.7723", "27.40 · 0.7281"),
    ("EDSR", "800", "32.46 · 0.8968", "28.80 · 0.7876", "27.71 · 0.7420"),
    ("RCAN", "800", "32.63 · 0.9002", "28.87 · 0.7889", "27.77 · 0.7436"),
    ("RRDB (ESRGAN's PSNR end)", "3450", "32.73 · 0.9011", "28.99 · 0.7917", "27.85 · 0.7455"),
    ("ESRGAN", "3450 + OST", "30.45 · –", "26.28 · –", "25.32 · –"),
)
"""Method, number of its training pictures, PSNR · SSIM on each of `SETS`, from arXiv 1809.00219."""


@dataclass(frozen=True)
class Report:
    """The means of one model on one test set, and how they were measured."""

    model: str
    alpha: float | None
    test_set: str
    mean: Mapping[str, float | None]
    convention: Mapping[str, str]

    @property
    def title(self) -> str:
        """Name of the model in a table, with its α."""
        title = TITLES[self.model]
        return title if self.alpha is None else f"{title}, α = {self.alpha:g}"


def read_reports(folder: Path) -> list[Report]:
    """Read every report of a folder, in the order of `TITLES`, then by α.

    Raises
    ------
    ValueError
        If there is no report, or one is of a model that is not in `TITLES`.
    """
    reports = [_report(path) for path in sorted(folder.glob("*/*.json"))]
    if not reports:
        raise ValueError(f"No reports in {folder}: expected {folder}/SET/NAME.json.")
    order = list(TITLES)
    return sorted(reports, key=lambda report: (order.index(report.model), report.alpha or 0.0))


def _report(path: Path) -> Report:
    """Read one report; its folder names the test set."""
    report: Mapping[str, Any] = json.loads(path.read_text("utf-8"))
    if report["model"] not in TITLES:
        raise ValueError(f"{path} is of {report['model']!r}, not of {', '.join(TITLES)}.")
    return Report(
        report["model"], report["alpha"], path.parent.name, report["mean"], report["convention"]
    )


def scores(reports: Sequence[Report]) -> str:
    """Write a table for each test set, and below the last one how the metrics are measured."""
    convention = {name: text for name, text in reports[0].convention.items() if name in METRICS}
    return "\n".join(
        to_markdown(_rows(name, reports), convention if name == SETS[-1] else {}) for name in SETS
    )


def _rows(test_set: str, reports: Sequence[Report]) -> list[dict[str, Any]]:
    """A row for each model on one test set."""
    return [
        {test_set: report.title, **{metric: report.mean.get(metric) for metric in METRICS}}
        for report in reports
        if report.test_set == test_set
    ]


def results(reports: Sequence[Report]) -> str:
    """Write a table of PSNR and SSIM: published methods, then the embedded models in bold."""
    columns: tuple[str, ...] = ("method", "training pictures", *SETS)
    rows: list[dict[str, str]] = [dict(zip(columns, row, strict=True)) for row in PUBLISHED]
    for title, model in {report.title: report.model for report in reports}.items():
        means = {report.test_set: report.mean for report in reports if report.title == title}
        cells = {name: _psnr_and_ssim(means[name]) for name in SETS}
        rows.append({"method": f"**{title}**", "training pictures": PICTURES[model], **cells})
    return to_markdown(rows, {})


def _psnr_and_ssim(mean: Mapping[str, float | None]) -> str:
    """Mean PSNR and SSIM as the text of one cell."""
    return f"{mean['psnr_y']:.2f} · {mean['ssim_y']:.4f}"


def plane_points(test_set: str, reports: Sequence[Report]) -> list[planes.Point]:
    """Every model on one test set as a point of the perception-distortion plane."""
    means = {report.title: report.mean for report in reports if report.test_set == test_set}
    values = {
        title.replace(", trained by us", ""): (mean["psnr_y"], mean.get("perceptual_index"))
        for title, mean in means.items()
    }
    return [
        (title, psnr_db, index)
        for title, (psnr_db, index) in values.items()
        if psnr_db is not None and index is not None
    ]


def plane_table(reports: Sequence[Report]) -> str:
    """Write a table of PSNR and PI, published and by the proxy, on the sets that have planes."""
    rows: dict[str, dict[str, str]] = {}
    for test_set, published in planes.PUBLISHED_POINTS.items():
        theirs = [(f"{name}, published", *point) for name, point in published.items()]
        ours = [(f"**{name}**", *point) for name, *point in plane_points(test_set, reports)]
        for name, psnr_db, index in (*theirs, *ours):
            row = rows.setdefault(name, {"PSNR/dB · PI": name})
            row[test_set] = f"{psnr_db:.2f} · {index:.2f}"
    return to_markdown(list(rows.values()), {})


def networks() -> str:
    """Write a table of the embedded files, from their metadata."""
    return to_markdown([_network(path) for path in embedded()], {})


def embedded() -> list[Path]:
    """Paths of the embedded weights files, without repetitions."""
    return list(dict.fromkeys(path for model in MODELS.values() for path in model.files))


def licences() -> str:
    """Every licence of the embedded files, once."""
    return "; ".join(dict.fromkeys(load(path).metadata["licence"] for path in embedded()))


def _network(path: Path) -> dict[str, str]:
    """The table's row of one file: its network and its last training run."""
    generator = load(path)
    training: Mapping[str, Any] = json.loads(generator.metadata["training"])
    data: Mapping[str, Any] = training.get("data", training)  # older runs have no groups
    published = full_config(generator.architecture, {})
    size = {name: value for name, value in generator.config.items() if value != published[name]}
    settings = ", ".join(f"{name} {value}" for name, value in size.items())
    return {
        "file": f"`{path.name}`",
        "architecture": f"{generator.architecture} ({settings or 'published size'})",
        "parameters": f"{sum(math.prod(tensor.shape) for tensor in generator.state.values()):,}",
        "preset": f"`{training['preset']}`",
        "last run": f"{training['step']:,} steps of {data['batch_size']} patches",
        "training": generator.metadata.get("training_notes", "–"),
    }


def main() -> None:
    """Read the command line and write the documents."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reports", type=Path)
    parser.add_argument("-o", "--output", type=Path, default=Path("docs"))
    options = parser.parse_args()
    reports = read_reports(options.reports)
    tables = {
        "networks": networks(),
        "scores": scores(reports),
        "results": results(reports),
        "planes": plane_table(reports),
        "licence": licences(),
    }
    for source in sorted(DOCUMENTS.glob("*.md")):
        text = Template(source.read_text("utf-8")).substitute(
            {name: table.strip() for name, table in tables.items()}
        )
        (options.output / source.name).write_text(text, "utf-8")
    for test_set in planes.PUBLISHED_POINTS:
        figure = planes.draw(test_set, plane_points(test_set, reports))
        (options.output / f"images/plane-{test_set}.png").write_bytes(encode(figure, "png"))


if __name__ == "__main__":
    main()
