"""`AlphaScrubber`: a `gr.HTML` component made of the three files beside this one."""

from pathlib import Path
from typing import Any

import gradio as gr
from gradio.data_classes import FileData, GradioModel

FOLDER = Path(__file__).parent


class Pane(GradioModel):
    """One crop: the method's name, its picture (None while it is computed) and its figures."""

    id: str
    title: str
    image: FileData | None = None
    figures: list[str] = []
    live: bool = False


class Thumbnail(GradioModel):
    """One example that can be picked."""

    name: str
    image: FileData


class View(GradioModel):
    """All that the component shows.

    Attributes
    ----------
    revision
        Rises with every new picture or window.
    box
        Left, top, width and height of the window as fractions of the whole picture.
    """

    revision: int
    name: str
    size: str
    mode: str
    alpha: float
    box: tuple[float, float, float, float]
    overview: FileData
    panes: list[Pane]
    notes: list[str] = []
    examples: list[Thumbnail] = []


class AlphaScrubber(gr.HTML):
    """The whole picture with its window, the α slider, and synchronised crops.

    Events, with their data: `open_upload` {path, name}, `open_example` {name},
    `place` {x, y, mode, alpha}, `scrub` {alpha}, `export` {alpha}. Everything that the browser
    sends is arbitrary: the handlers check it.
    """

    data_model = View

    def __init__(self, labels: dict[str, str], **options: Any) -> None:
        super().__init__(
            html_template=(FOLDER / "scrubber.html").read_text("utf-8"),
            css_template=(FOLDER / "scrubber.css").read_text("utf-8"),
            js_on_load=(FOLDER / "scrubber.js").read_text("utf-8"),
            apply_default_css=False,
            labels=labels,
            **options,
        )

    def preprocess(self, payload: Any) -> None:
        """Nothing of the view comes back: the handlers read the events' data."""

    def postprocess(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, value: View | None
    ) -> View | None:
        """Send a view as it is."""
        return value

    def api_info(self) -> dict[str, Any]:
        """The schema of a view."""
        return View.model_json_schema()
