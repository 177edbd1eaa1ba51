"""Repeat the ablation of ESRGAN's figure 8 in small, and write `docs/ablation.md`.

    python -m benchmarks.ablation PICTURES… --features vgg_shift_tolerant.pth --test Set14/HR \
        --runs runs/ablation --psnr-steps 600 --steps 300

PICTURES are folders of photographs. A complete run is not repeated: after an interruption the same
command goes on.
"""

import argparse
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

import numpy as np
from numpy.typing import NDArray

from esrgan import Upscaler
from esrgan.evaluation import METRICS, find_pairs, to_markdown
from esrgan.evaluation.pictures import ImagePair, MetricInput, MetricModels, load
from esrgan.evaluation.scores import score, summary
from esrgan.folders import picture_files
from esrgan.metrics.fidelity import luma
from esrgan.metrics.lpips import load_lpips
from esrgan.plots import Crop, comparison, encode
from esrgan.resize import crop_to_multiple, imresize
from esrgan.training.presets import PRESETS
from esrgan.training.presets.ablation import COLUMNS
from esrgan.weights import resolve
from examples.figure import BOX
from examples.pictures import PICTURES

DOCUMENT = Path(__file__).parent / "documents/ablation/ablation.md"
FEW = 200
"""Training pictures of every column before 'more data'."""
MORE_DATA = 7
"""The column that is trained on all pictures."""
CHANGES: Mapping[int, str] = {
    2: "2: batch normalisation, features after activation, standard GAN",
    3: "3: no batch normalisation",
    4: "4: features before activation",
    5: "5: relativistic GAN",
    6: "6: RRDB",
    7: "7: more data",
}
"""What each column changes; all else is as in the column before."""
METRIC_NAMES = ("psnr_y", "niqe", "perceptual_index", "st_lpips")
BLOCK_PX = 32
BLOTCH_LEVELS = 8.0
"""Difference of a block's mean luma from the original's, from which on it counts as a blotch."""
START_SETTINGS = (
    "adversarial_weight=0",
    "perceptual_weight=0",
    "optimiser=muon",
    "learning_rate=1e-3",
)
"""Fields that make a column's preset its PSNR-oriented start."""

Train = Callable[[Sequence[str]], None]
"""Runs `python -m esrgan train` with these arguments."""


@dataclass(frozen=True)
class Budget:
    """Steps of every PSNR-oriented start and of every GAN, and further `--set` fields of both."""

    psnr_steps: int
    steps: int
    settings: tuple[str, ...] = ()


def select(folders: Sequence[Path], runs: Path) -> tuple[Path, Path, int]:
    """Make folders of links to `FEW` pictures, spread over all, and to the others.

    Returns
    -------
    tuple
        The two folders, and the number of all pictures.
    """
    paths = [path for folder in folders for path in picture_files(folder, any_depth=True)]
    chosen = set(np.linspace(0, len(paths) - 1, min(FEW, len(paths))).round().astype(int).tolist())
    few, rest = runs / "few", runs / "rest"
    for number, path in enumerate(paths):
        link = (few if number in chosen else rest) / f"{number:05d}{path.suffix}"
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.exists():
            link.symlink_to(path.resolve())
    return few, rest, len(paths)


def start_of(column: int) -> int:
    """The first column of the same network and pictures, whose start a column shares."""
    config = PRESETS[f"ablation-{column}-small"]
    same = (
        number
        for number in COLUMNS
        if (other := PRESETS[f"ablation-{number}-small"]).model == config.model
        and other.architecture == config.architecture
        and other.data == config.data
    )
    return next(same)


def train_column(
    column: int, data: Sequence[Path], runs: Path, budget: Budget, features: Path, train: Train
) -> Path:
    """Train a column's start, if no column before has, and its GAN; returns the GAN's weights."""
    start, gan = runs / f"start-{start_of(column)}", runs / f"column-{column}"
    preset = f"ablation-{column}-small"
    folders = ["--data", *map(str, data)]
    common = ("validate_every=0", *budget.settings)
    for run, fields, extra in (
        (start, (*START_SETTINGS, f"steps={budget.psnr_steps}"), ()),
        (
            gan,
            (f"init={start / 'weights.safetensors'}", f"steps={budget.steps}"),
            ("--features", str(features)),
        ),
    ):
        if not (run / "done").exists():
            train([preset, *folders, "--run", str(run), *extra, "--set", *fields, *common])
            (run / "done").touch()
    return gan / "weights.safetensors"


def run_training(arguments: Sequence[str]) -> None:
    """Train in a process of its own, which prints its progress."""
    subprocess.run([sys.executable, "-m", "esrgan", "train", *arguments], check=True)


def brightness_shift(sr: NDArray, hr: NDArray) -> float:
    """Mean luma of a result less that of the original, in grey levels."""
    return float((luma(sr) - luma(hr)).mean())


def has_blotches(sr: NDArray, hr: NDArray) -> bool:
    """Whether the mean luma of a 32x32 block differs from the original's by `BLOTCH_LEVELS`."""
    difference = luma(sr) - luma(hr)
    rows, columns = (max(1, side // BLOCK_PX) for side in difference.shape)
    cut = difference[: rows * BLOCK_PX, : columns * BLOCK_PX]
    blocks = [
        part for band in np.array_split(cut, rows) for part in np.array_split(band, columns, axis=1)
    ]
    return any(abs(float(block.mean())) > BLOTCH_LEVELS for block in blocks)


def measure(
    weights: Path, pairs: Sequence[ImagePair], models: MetricModels
) -> dict[str, float | None]:
    """Means of a column's metrics, its brightness, and its share of pictures with blotches."""
    upscaler = Upscaler(resolve(str(weights)))
    scored, shifts, blotched = [], list[float](), list[bool]()
    for sr, hr, lr in _enlarged(upscaler, pairs):
        scored.append(score("", MetricInput(sr, hr, lr, models), METRIC_NAMES))
        shifts.append(brightness_shift(sr, hr))
        blotched.append(has_blotches(sr, hr))
    return {
        **summary(scored)["mean"],
        "brightness": float(np.mean(shifts)),
        "blotches": float(np.mean(blotched)),
    }


def _enlarged(
    upscaler: Upscaler, pairs: Sequence[ImagePair]
) -> Iterator[tuple[NDArray, NDArray, NDArray]]:
    """Each test picture enlarged, its original, and the reduced picture."""
    for pair in pairs:
        hr, lr = load(pair, upscaler.scale)
        yield upscaler(lr), hr, lr


def table(measured: Mapping[int, Mapping[str, float | None]]) -> str:
    """Write a row for each column of figure 8."""
    rows = [
        {
            "column": CHANGES[column],
            **{
                METRICS[name].heading: METRICS[name].format_number(values[name])
                for name in METRIC_NAMES
            },
            "brightness": f"{values['brightness']:+.2f}",
            "blotches": f"{values['blotches']:.0%}",
        }
        for column, values in measured.items()
    ]
    return to_markdown(rows, {}).strip()


def draw(weights: Mapping[int, Path], name: str = "cat") -> bytes:
    """Draw one box of an example picture by every column, as figure 8 does; a PNG file."""
    hr = crop_to_multiple(PICTURES[name](), 4)
    lr = imresize(hr, 1 / 4)
    left, top, width, height = BOX
    box = (slice(top, top + height), slice(left, left + width))
    crops = [Crop(hr[box], "original")]
    for column, path in weights.items():
        sr = Upscaler(resolve(str(path)))(lr)
        shift = brightness_shift(sr, hr)
        crops.append(Crop(sr[box], CHANGES[column].replace(", ", "\n"), f"brightness {shift:+.2f}"))
    return encode(comparison(hr, BOX, crops, title=name), "png")


def main() -> None:
    """Train and measure every column, and write the page."""
    options = _options()
    budget = Budget(options.psnr_steps, options.steps, tuple(options.set))
    few, rest, count = select(options.pictures, options.runs)
    pairs = find_pairs(options.test)
    models = MetricModels(lpips=load_lpips(options.lpips) if options.lpips else None)
    weights = {
        column: train_column(
            column,
            (few, rest) if column == MORE_DATA and count > FEW else (few,),
            options.runs,
            budget,
            options.features,
            run_training,
        )
        for column in COLUMNS
    }
    measured = {column: measure(path, pairs, models) for column, path in weights.items()}
    text = Template(DOCUMENT.read_text("utf-8")).substitute(
        table=table(measured),
        psnr_steps=options.psnr_steps,
        steps=options.steps,
        few=min(FEW, count),
        all=count,
        count=len(pairs),
        test_set=options.test.parent.name,
        limit=f"{BLOTCH_LEVELS:g}",
    )
    (options.output / "images").mkdir(parents=True, exist_ok=True)
    (options.output / "ablation.md").write_text(text, "utf-8")
    (options.output / "images/ablation.png").write_bytes(draw(weights))
    print(table(measured))


def _options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pictures", nargs="+", type=Path, help="folders of training pictures")
    parser.add_argument("--features", type=Path, required=True, help="the feature network's file")
    parser.add_argument(
        "--test", type=Path, required=True, help="folder of originals to measure on"
    )
    parser.add_argument("--runs", type=Path, required=True, help="where the runs are kept")
    parser.add_argument("--psnr-steps", type=int, default=600)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--lpips", type=Path, help="weights of ST-LPIPS")
    parser.add_argument("--set", nargs="+", default=[], metavar="FIELD=VALUE")
    parser.add_argument("-o", "--output", type=Path, default=Path("docs"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
