"""The registry of models: their names, files, licences and published scores."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from esrgan.files import sha256_of

FOLDER = Path(os.environ.get("ESRGAN_WEIGHTS") or Path(__file__).parent)
"""Where the embedded weights lie; `ESRGAN_WEIGHTS` names another folder with files of these names
and their SHA256SUMS, such as newly trained ones that are to be tried."""
LICENCE = "research and education only: see the model card"
HUB = "https://huggingface.co"
ESRGAN_HUB = f"{HUB}/databuzzword/esrgan/resolve/main"
REAL_ESRGAN = "https://github.com/xinntao/Real-ESRGAN/releases/download"
KAIR = "https://github.com/cszn/KAIR/releases/download/v1.0"
RRDBNET = {"scale": 4, "num_features": 64, "num_blocks": 23, "growth_channels": 32}
MSRRESNET = {"scale": 4, "num_features": 64, "num_blocks": 16}
SUFFIXES = (".safetensors", ".pth", ".pt")


@dataclass(frozen=True)
class RemoteFile:
    """A published weights file.

    Attributes
    ----------
    num_bytes
        Size of the file; rounded if `is_size_exact` is False.
    sha256
        Published hash, or '' if there is none: then the hash of the first download is stored, and
        later downloads must have the same.
    """

    name: str
    url: str
    num_bytes: int
    sha256: str = ""
    is_size_exact: bool = True

    @property
    def megabytes(self) -> float:
        """Size in millions of bytes."""
        return self.num_bytes / 1e6

    @property
    def hub(self) -> tuple[str, str, str, str] | None:
        """Endpoint, repository, revision and file name on a Hugging Face hub; None elsewhere."""
        match = re.fullmatch(r"(https?://[^/]+)/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", self.url)
        return (match[1], match[2], match[3], match[4]) if match else None


@dataclass(frozen=True)
class Score:
    """A published luma PSNR in dB: the mean of a test set, or of one picture if it is named."""

    benchmark: str
    alpha: float | None
    psnr_y: float
    picture: str = ""


@dataclass(frozen=True)
class Model:
    """A single network, a PSNR/GAN pair, or (without files) bicubic interpolation.

    Attributes
    ----------
    title
        Name in captions.
    files
        Weights files on this computer: none, one, or the PSNR-oriented and the GAN end of a pair.
    remote
        Files to download instead, in the same order.
    architecture, config
        Network that downloaded files must hold.
    scores
        Scores that the publication reports.
    """

    name: str
    title: str
    files: tuple[Path, ...] = ()
    licence: str = LICENCE
    remote: tuple[RemoteFile, ...] = ()
    architecture: str = ""
    config: Mapping[str, Any] = field(default_factory=dict[str, Any], hash=False)
    paper: str = ""
    scores: tuple[Score, ...] = ()

    @property
    def is_pair(self) -> bool:
        """Whether the model has two ends, between which α interpolates."""
        return len(self.files or self.remote) == 2

    @property
    def megabytes(self) -> float:
        """Size of all downloads in millions of bytes; 0 for a model without any."""
        return sum(file.megabytes for file in self.remote)

    def sha256(self) -> list[str]:
        """SHA-256 of each file: the published one of a download ('' if none), else computed."""
        return [file.sha256 for file in self.remote] or [sha256_of(path) for path in self.files]

    def describe_download(self) -> str:
        """Title, size, licence and paper: 'ESRGAN: 134 MB, Apache-2.0, arXiv 1809.00219'."""
        return f"{self.title}: {self.megabytes:.0f} MB, {self.licence}, {self.paper}"


EMBEDDED = (
    Model("bicubic", "Bicubic", licence="none needed"),
    Model("srresnet", "SRResNet · trained by us", (FOLDER / "srresnet.safetensors",)),
    Model(
        "srgan",
        "SRGAN · trained by us",
        (FOLDER / "srresnet.safetensors", FOLDER / "srgan.safetensors"),
    ),
    Model(
        "esrgan",
        "ESRGAN-small · 4 blocks, trained by us",
        (FOLDER / "esrgan-psnr.safetensors", FOLDER / "esrgan-gan.safetensors"),
    ),
)
PUBLISHED = (
    Model(
        "esrgan-official",
        "ESRGAN",
        licence="Apache-2.0",
        remote=(
            RemoteFile(
                "RRDB_PSNR_x4.pth",
                f"{ESRGAN_HUB}/RRDB_PSNR_x4.pth",
                66_929_193,
                "f372b59f22929e1bc83fa58d78215c96f976de3b2eaeee736da1b348913da6cc",
            ),
            RemoteFile(
                "RRDB_ESRGAN_x4.pth",
                f"{ESRGAN_HUB}/RRDB_ESRGAN_x4.pth",
                66_929_193,
                "65fece06e1ccb48853242aa972bdf00ad07a7dd8938d2dcbdf4221b59f6372ce",
            ),
        ),
        architecture="rrdbnet",
        config=RRDBNET,
        paper="arXiv 1809.00219",
        scores=(
            Score("Set14", 0.0, 28.99),
            Score("Set14", 1.0, 26.28),
            Score("Set14", 1.0, 20.35, "baboon"),
        ),
    ),
    Model(
        "realesrgan",
        "Real-ESRGAN",
        licence="BSD-3-Clause",
        remote=(
            RemoteFile(
                "RealESRNet_x4plus.pth",
                f"{REAL_ESRGAN}/v0.1.1/RealESRNet_x4plus.pth",
                67_000_000,
                "a820b9bde89a874d7599d545567308ce6c128fc8754a53208eda016d40aa81df",
                is_size_exact=False,
            ),
            RemoteFile(
                "RealESRGAN_x4plus.pth",
                f"{REAL_ESRGAN}/v0.1.0/RealESRGAN_x4plus.pth",
                67_040_989,
                "4fa0d38905f75ac06eb49a7951b426670021be3018265fd191d2125df9d682f1",
            ),
        ),
        architecture="rrdbnet",
        config=RRDBNET,
        paper="arXiv 2107.10833",
    ),
    Model(
        "bsrgan",
        "BSRGAN",
        licence="MIT",
        remote=(
            RemoteFile(
                "BSRNet.pth",
                f"{KAIR}/BSRNet.pth",
                67_000_000,
                "fa633d80ff4db5a546740ae8e3baebe925fc84d3c03e3e9002493acc5e88c3ec",
                is_size_exact=False,
            ),
            RemoteFile(
                "BSRGAN.pth",
                f"{KAIR}/BSRGAN.pth",
                67_046_751,
                "5d505a0766160921e0388d76e1ddf08cb114303990f9080432bf2b1c988b1c54",
            ),
        ),
        architecture="rrdbnet",
        config=RRDBNET,
        paper="arXiv 2103.14006",
    ),
    Model(
        "msrgan",
        "SRGAN without batch normalisation",
        licence="MIT",
        remote=tuple(
            RemoteFile(name, f"{KAIR}/{name}", 6_000_000, is_size_exact=False)
            for name in ("msrresnet_x4_psnr.pth", "msrresnet_x4_gan.pth")
        ),
        architecture="msrresnet",
        config=MSRRESNET,
        paper="arXiv 1609.04802",
    ),
)
MODELS: Mapping[str, Model] = {model.name: model for model in (*EMBEDDED, *PUBLISHED)}


def resolve(model: str, gan: str | None = None) -> Model:
    """Find a model by its name, by its weights file, or by the files of both ends of a pair.

    Parameters
    ----------
    model
        Name, file, or file of the PSNR-oriented end.
    gan
        File of the GAN end.

    Raises
    ------
    ValueError
        If the name is unknown; the known ones are listed.
    """
    if gan is not None:
        files = (Path(model), Path(gan))
        return Model(f"{files[0].stem}-{files[1].stem}", "Your pair", files, licence="yours")
    if model in MODELS:
        return MODELS[model]
    if Path(model).suffix in SUFFIXES:
        return Model(Path(model).stem, Path(model).stem, (Path(model),), licence="yours")
    known = ", ".join(MODELS)
    raise ValueError(
        f"Unknown model {model!r}; choose one of {known}, or a .safetensors or .pth file."
    )
