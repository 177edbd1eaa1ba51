"""Names of models, the files behind them, and what is known of each before it is opened."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from esrgan.files import sha256_of

FOLDER = Path(__file__).parent
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
    """A weights file that is downloaded on request.

    Attributes
    ----------
    num_bytes
        Its size; a rounded one where `is_size_exact` is False.
    sha256
        The published hash, or '' where none is: the first download is then pinned.
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
        """Endpoint, repository, revision and name on a Hugging Face hub, if it lies on one."""
        match = re.fullmatch(r"(https?://[^/]+)/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", self.url)
        return (match[1], match[2], match[3], match[4]) if match else None


@dataclass(frozen=True)
class Score:
    """PSNR in dB on luma that a publication reports: a test set's mean, or one picture of it."""

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
        What a caption calls it.
    files
        None, one or two weights files on this computer; of two, the PSNR-oriented end first.
    remote
        The same for a model that is downloaded on request.
    architecture, config
        What a downloaded file must turn out to hold.
    scores
        What the publication reports.
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
        """Whether α moves it."""
        return len(self.files or self.remote) == 2

    @property
    def megabytes(self) -> float:
        """What a download of all its files takes, in millions of bytes; 0 if it has none."""
        return sum(file.megabytes for file in self.remote)

    def sha256(self) -> list[str]:
        """Hash of each file: the published one of a download ('' if none is), else computed."""
        return [file.sha256 for file in self.remote] or [sha256_of(path) for path in self.files]

    def describe_download(self) -> str:
        """What a person agrees to, such as 'ESRGAN: 134 MB, Apache-2.0, arXiv 1809.00219'."""
        return f"{self.title}: {self.megabytes:.0f} MB, {self.licence}, {self.paper}"


EMBEDDED = (
    Model("bicubic", "Bicubic", licence="none needed"),
    Model("srresnet", "SRResNet · our training", (FOLDER / "srresnet.safetensors",)),
    Model(
        "srgan",
        "SRGAN · our training",
        (FOLDER / "srresnet.safetensors", FOLDER / "srgan.safetensors"),
    ),
    Model(
        "esrgan",
        "ESRGAN-small · 4 blocks, our training",
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
    """A model by name, by its file, or by the files of its two ends.

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
