"""NIQE's models of natural pictures: the public one, our own fit, and others from files."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

NUM_FEATURES = 36
FOLDER = Path(__file__).parent
EMBEDDED: Mapping[str, Path] = {
    "live": FOLDER / "niqe-live.npz",
    "own-fit": FOLDER / "niqe-own-fit.npz",
}
"""Files of the embedded models. `live`: the public one, of the LIVE laboratory's release; its terms
are in niqe-live-LICENSE.txt. `own-fit`: made by `python -m benchmarks.fit_niqe`."""
DEFAULT_MODEL = "live"
TITLES: Mapping[Path, str] = {
    EMBEDDED["live"]: "LIVE's public one",
    EMBEDDED["own-fit"]: "our own fit",
}
UNREADABLE = (KeyError, TypeError, ValueError, EOFError, AttributeError, BadZipFile)


@dataclass(frozen=True)
class PristineModel:
    """A Gaussian of the features of the blocks of natural pictures.

    Attributes
    ----------
    mean, covariance
        (36,) and (36, 36) float64.
    name
        What reports call the model.
    """

    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]
    name: str


@lru_cache(maxsize=4)
def load_model(source: Path | str = DEFAULT_MODEL) -> PristineModel:
    """Read one of NIQE's models.

    Parameters
    ----------
    source
        A key of `EMBEDDED`, by default the public model; or an `.npz` file with the keys `mean`
        and `covariance`, or `mu_pris_param` and `cov_pris_param` as the public file has them.

    Raises
    ------
    ValueError
        If the file holds no finite mean and covariance of 36 features.
    OSError
        If there is no such file.
    """
    path = EMBEDDED.get(str(source), Path(source))
    keys = (("mean", "mu_pris_param"), ("covariance", "cov_pris_param"))
    try:
        with path.open("rb") as opened, np.load(opened) as file:
            mean, covariance = (
                np.asarray_chkfinite(file[ours if ours in file else theirs], np.float64)
                for ours, theirs in keys
            )
        shaped = mean.reshape(NUM_FEATURES), covariance.reshape(NUM_FEATURES, NUM_FEATURES)
    except UNREADABLE:
        raise ValueError(f"{path.name} is not a NIQE model.") from None
    return PristineModel(*shaped, name=TITLES.get(path, path.name))
