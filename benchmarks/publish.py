"""Write `docs/model-card.md` and `docs/results.md` from reports of `python -m esrgan evaluate`.

`python -m benchmarks.publish REPORTS`: a folder with a folder for each test set, which holds one
JSON file for each model and α. The words around the tables stand in `benchmarks/documents/`.
"""

import argparse
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

from esrgan.evaluation import to_markdown
from esrgan.weights import MODELS, load
from esrgan.weights.generator import full_config

DOCUMENTS = Path(__file__).parent / "documents"
SETS = ("Set5", "Set14", "BSD100")
SHOWN = ("psnr_y", "ssim_y", "niqe", "perceptual_index", "st_lpips", "lr_psnr")
TITLES = {
    "bicubic": "Bicubic",
    "srresnet": "SRResNet, trained by us",
    "srgan": "SRGAN, trained by us",
    "esrgan": "ESRGAN-small, trained by us",
}
PICTURES = "496"
"""Pictures that ours are trained on."""
PUBLISHED = (
    ("SRCNN", "291", "30.48 · 0.8628", "27.50 · 0.7513", "26.90 · 0.7101"),
    ("MemNet", "291", "31.74 · 0.8893", "28.26 · 0.7723", "27.40 · 0.7281"),
    ("EDSR", "800", "32.46 · 0.8968", "28.80 · 0.7876", "27.71 · 0.7420"),
    ("RCAN", "800", "32.63 · 0.9002", "28.87 · 0.7889", "27.77 · 0.7436"),
    ("RRDB (ESRGAN's PSNR end)", "3450", "32.73 · 0.9011", "28.99 · 0.7917", "27.85 · 0.7455"),
    ("ESRGAN", "3450 + OST", "30.45 · –", "26.28 · –", "25.32 · –"),
)
"""Method, pictures it was trained on, PSNR and SSIM, from arXiv 1809.00219."""


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
        """What a row calls the model."""
        title = TITLES[self.model]
        return title if self.alpha is None else f"{title}, α = {self.alpha:g}"


def read_reports(folder: Path) -> list[Report]:
    """Every report, in the order of `TITLES`, then by α.

    Raises
    ------
    ValueError
        If there is none, or one is of an unknown model.
    """
    reports = [_report(path) for path in sorted(folder.glob("*/*.json"))]
    if not reports:
        raise ValueError(f"No reports in {folder}: expected {folder}/SET/NAME.json.")
    order = list(TITLES)
    return sorted(reports, key=lambda it: (order.index(it.model), it.alpha or 0.0))


def _report(path: Path) -> Report:
    """One report; its folder names the test set."""
    found: Mapping[str, Any] = json.loads(path.read_text("utf-8"))
    if found["model"] not in TITLES:
        raise ValueError(f"{path} is of {found['model']!r}, not of {', '.join(TITLES)}.")
    return Report(
        found["model"], found["alpha"], path.parent.name, found["mean"], found["convention"]
    )


def scores(reports: Sequence[Report]) -> str:
    """A table for each test set, and below the last how the figures were measured."""
    convention = {name: text for name, text in reports[0].convention.items() if name in SHOWN}
    return "\n".join(
        to_markdown(_rows(name, reports), convention if name == SETS[-1] else {}) for name in SETS
    )


def _rows(test_set: str, reports: Sequence[Report]) -> list[dict[str, Any]]:
    """A row for each model on one test set."""
    return [
        {test_set: it.title, **{metric: it.mean.get(metric) for metric in SHOWN}}
        for it in reports
        if it.test_set == test_set
    ]


def results(reports: Sequence[Report]) -> str:
    """PSNR and SSIM of ours below the published ones."""
    columns: tuple[str, ...] = ("method", "training pictures", *SETS)
    rows: list[dict[str, str]] = [dict(zip(columns, row, strict=True)) for row in PUBLISHED]
    for title in dict.fromkeys(it.title for it in reports):
        means = {it.test_set: it.mean for it in reports if it.title == title}
        cells = {name: _psnr_and_ssim(means[name]) for name in SETS}
        trained = "–" if title == TITLES["bicubic"] else PICTURES
        rows.append({"method": f"**{title}**", "training pictures": trained, **cells})
    return to_markdown(rows, {})


def _psnr_and_ssim(mean: Mapping[str, float | None]) -> str:
    """Both in one cell."""
    return f"{mean['psnr_y']:.2f} · {mean['ssim_y']:.4f}"


def networks() -> str:
    """A row for each embedded file: what its metadata says of it."""
    return to_markdown([_network(path) for path in embedded()], {})


def embedded() -> list[Path]:
    """Every embedded file, each once."""
    return list(dict.fromkeys(path for model in MODELS.values() for path in model.files))


def _network(path: Path) -> dict[str, str]:
    """What one file is, and its last training run."""
    generator = load(path)
    training: Mapping[str, Any] = json.loads(generator.metadata["training"])
    data: Mapping[str, Any] = training.get("data", training)  # of older runs without groups
    published = full_config(generator.architecture, {})
    size = {name: it for name, it in generator.config.items() if it != published[name]}
    settings = ", ".join(f"{name} {value}" for name, value in size.items())
    return {
        "file": f"`{path.name}`",
        "architecture": f"{generator.architecture} ({settings or 'published size'})",
        "parameters": f"{sum(math.prod(it.shape) for it in generator.state.values()):,}",
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
        "licence": load(embedded()[0]).metadata["licence"],
    }
    for source in sorted(DOCUMENTS.glob("*.md")):
        text = Template(source.read_text("utf-8")).substitute(
            {name: table.strip() for name, table in tables.items()}
        )
        (options.output / source.name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
