"""How large a picture may be that is decoded, checked on its header."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Largest picture, in millions of pixels, and file, in millions of bytes, that are decoded."""

    megapixels: float
    megabytes: float

    def check_size(self, width: int, height: int) -> None:
        """Refuse a picture whose header names no pixels, or too many.

        Raises
        ------
        RefusedError
            With one sentence.
        """
        if width < 1 or height < 1:
            raise RefusedError("This picture has no pixels.")
        megapixels = width * height / 1e6
        if megapixels > self.megapixels:
            raise RefusedError(
                f"This picture has {megapixels:.0f} megapixels; the limit is {self.megapixels:g}."
            )


WEB_LIMITS = Limits(megapixels=50, megabytes=40)
"""Of pictures that visitors of the page upload."""
FILE_LIMITS = Limits(megapixels=170, megabytes=1000)
"""Of files that the command line and programs read."""


class RefusedError(Exception):
    """A refusal whose message the user can read as it stands, unlike those of decoders."""
