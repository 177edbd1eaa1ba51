"""Make an embedded model of a trained one: weights in fp16, with licence and scores as metadata.

`python -m benchmarks.embed_weights RUN/weights.safetensors OUT.safetensors --licence TEXT
--score Set5=set5.json … [--notes TEXT]`, where each JSON file is a report of
`python -m esrgan evaluate`, and the notes hold what the run's configuration does not: hours,
hardware, earlier runs.
"""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path

from esrgan.weights import load, save_weights

SCORES = ("psnr_y", "ssim_y", "rmse_y", "niqe", "perceptual_index", "st_lpips", "lr_psnr")


def embed(
    source: Path, target: Path, licence: str, reports: Mapping[str, Path], notes: str = ""
) -> None:
    """Write weights in half precision, with licence, notes and scores in the metadata.

    Parameters
    ----------
    source
        Weights file of a training run.
    target
        File to write.
    licence, notes
        Texts; an empty one is left out.
    reports
        By test set, a report of `python -m esrgan evaluate`; its means are written.

    Raises
    ------
    ValueError
        If `source` is not a weights file.
    """
    generator = load(source)
    scores = {name: _means(path) for name, path in reports.items()}
    added = {"licence": licence, "scores": json.dumps(scores), "training_notes": notes}
    metadata = dict(generator.metadata) | {name: text for name, text in added.items() if text}
    save_weights(target, generator.state, metadata)


def _means(path: Path) -> dict[str, float]:
    """The means of a report, of the metrics in `SCORES`, rounded to four decimals."""
    mean = json.loads(path.read_text("utf-8"))["mean"]
    return {metric: round(mean[metric], 4) for metric in SCORES if mean.get(metric) is not None}


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--licence", required=True)
    parser.add_argument("--score", nargs="+", default=[], metavar="NAME=REPORT.json")
    parser.add_argument("--notes", default="")
    options = parser.parse_args()
    reports = {name: Path(path) for name, path in (item.split("=", 1) for item in options.score)}
    embed(options.source, options.target, options.licence, reports, options.notes)


if __name__ == "__main__":
    main()
