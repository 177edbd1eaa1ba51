"""`Cutout`: what is known of the picture that a window or tile is cut from."""

from dataclasses import dataclass

from numpy.typing import NDArray

from esrgan.borders import ALL_SIDES, Sides
from esrgan.pixels import has_colour


@dataclass(frozen=True)
class Cutout:
    """What a window's own pixels do not tell, so that it becomes what the whole picture becomes.

    Attributes
    ----------
    grey
        Whether the whole picture has no colour; then the enlarged window gets none.
    sides
        Which sides of the window are borders of the picture.
    """

    grey: bool
    sides: Sides = ALL_SIDES

    def at(self, rows: slice, columns: slice, size: tuple[int, int]) -> "Cutout":
        """Describe a tile of the window, which has a size (height, width) in pixels."""
        (height, width), sides = size, self.sides
        tile = Sides(
            top=sides.top and rows.start == 0,
            bottom=sides.bottom and rows.stop == height,
            left=sides.left and columns.start == 0,
            right=sides.right and columns.stop == width,
        )
        return Cutout(self.grey, tile)


def whole(picture: NDArray) -> Cutout:
    """Describe a picture, (H, W, 3), that is no window of another."""
    return Cutout(grey=not has_colour(picture))
