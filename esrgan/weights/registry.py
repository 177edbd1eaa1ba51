"""Names of models, and the files behind them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
LICENCE = "research and education only: see the model card"


@dataclass(frozen=True)
class Model:
    """A single network, a PSNR/GAN pair, or (without files) bicubic interpolation.

    Attributes
    ----------
    title
        What a caption calls it.
    files
        None, one or two safetensors files; of two, the PSNR-oriented end comes first.
    """

    name: str
    title: str
    files: tuple[Path, ...]
    licence: str = LICENCE

    @property
    def is_pair(self) -> bool:
        """Whether α moves it."""
        return len(self.files) == 2

    def sha256(self) -> list[str]:
        """Hash of each file."""
        return [hashlib.sha256(path.read_bytes()).hexdigest() for path in self.files]


MODELS: Mapping[str, Model] = {
    model.name: model
    for model in (
        Model("bicubic", "Bicubic", (), licence="none needed"),
        Model("srresnet", "SRResNet · our training", (FOLDER / "srresnet.safetensors",)),
        Model(
            "esrgan",
            "ESRGAN-small · 4 blocks, our training",
            (FOLDER / "esrgan-psnr.safetensors", FOLDER / "esrgan-gan.safetensors"),
        ),
    )
}


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
    if Path(model).suffix == ".safetensors":
        return Model(Path(model).stem, Path(model).stem, (Path(model),), licence="yours")
    known = ", ".join(MODELS)
    raise ValueError(f"Unknown model {model!r}; choose one of {known}, or a .safetensors file.")
