"""`AlphaScrubber`: a `gr.HTML` component made of the files beside this one."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.data_classes import FileData, GradioModel

FOLDER = Path(__file__).parent
STYLES = ("scrubber.css", "plane.css")
SCRIPTS = (
    "base.js",
    "connection.js",
    "tip.js",
    "curve.js",
    "webgl.js",
    "canvas.js",
    "brush.js",
    "view.js",
    "pointer.js",
    "transport.js",
    "trace.js",
    "plane.js",
    "figure.js",
    "whole.js",
    "source.js",
    "actions.js",
    "keys.js",
    "messages.js",
)
"""Parts of the component's script, in the order in which they are joined."""


def _joined(names: tuple[str, ...]) -> str:
    """Files beside this one, one after another."""
    return "\n".join((FOLDER / name).read_text("utf-8") for name in names)


class Figure(GradioModel):
    """One figure: the metric's name in the catalogue, its value, and why there is none."""

    name: str
    text: str
    reason: str = ""


class Pane(GradioModel):
    """One crop: the method's name, its picture (None while it is computed) and its figures.

    `point` is its RMSE and perceptual index, where it has both; `reason` says why there is no
    picture, where there can be none.
    """

    id: str
    title: str
    image: FileData | None = None
    figures: list[Figure] = []
    live: bool = False
    point: tuple[float, float] | None = None
    reason: str = ""


class Node(GradioModel):
    """One node of the curve: its α, and a file made by `demo.planes`."""

    alpha: float
    file: FileData


class Trace(GradioModel):
    """One figure as a function of α, at equal steps from 0 to 1, as far as it is computed.

    `name` is the metric's in the catalogue.
    """

    name: str
    unit: str
    places: int
    values: list[float | None]


class Plane(GradioModel):
    """The perception-distortion plane: points are pairs of RMSE and perceptual index.

    Attributes
    ----------
    network, image
        Both paths at equal steps of α from 0 to 1, as far as they are computed.
    limits
        Largest RMSE of each region.
    best
        Best α of the network's path in each region, None where none qualifies; empty before the
        path is whole.
    """

    network: list[tuple[float, float] | None]
    image: list[tuple[float, float] | None] = []
    limits: list[float]
    best: list[float | None] = []


class Exact(GradioModel):
    """The network's own output at one α, and its figures."""

    alpha: float
    image: FileData
    figures: list[Figure]


class Whole(GradioModel):
    """The whole picture before and after, at one α, or where it was painted at None."""

    before: FileData
    after: FileData
    alpha: float | None


class Thumbnail(GradioModel):
    """One example that can be picked."""

    name: str
    image: FileData


class Place(GradioModel):
    """Where the visitor looks.

    Attributes
    ----------
    box
        Left, top, width and height of the window in pixels of the small picture.
    small
        Width and height of the small picture.
    scale
        Ratio of the crops' size to the window's.
    methods
        Names of the crops that can be added at this scale.
    side, sides
        The side that the window may have, in pixels of the enlarged picture, and those that the
        visitor may choose.
    step
        Grid of the nodes' values, in grey levels.
    translucent
        Whether the crops have opacity; that of the curve is bicubic's.
    example, pair
        Names by which a link can ask for picture and networks; empty for a visitor's own.
    """

    name: str
    example: str = ""
    pair: str = ""
    mode: str
    scale: int
    methods: list[str]
    box: tuple[int, int, int, int]
    small: tuple[int, int]
    side: int
    sides: list[int]
    step: float
    overview: FileData
    translucent: bool = False
    notes: list[str] = []


class View(GradioModel):
    """News for the component; what is empty stays as it was.

    Attributes
    ----------
    revision
        Rises with every new picture or window; news of an older one is ignored.
    p99
        The curve's bound in grey levels, which 99 % of its pixels keep; None while it grows.
    live
        A token with which the network itself can be asked for every α, on a dedicated GPU.
    trouble
        Why the window cannot be computed, in one sentence.
    gone
        Whether that is because the server no longer has the picture: it must be opened again.
    rests
        Whether the network is asked when the slider rests; else the curve answers there too.
    """

    revision: int
    place: Place | None = None
    panes: list[Pane] = []
    nodes: list[Node] = []
    p99: float | None = None
    exact: Exact | None = None
    traces: list[Trace] = []
    plane: Plane | None = None
    examples: list[Thumbnail] = []
    whole: Whole | None = None
    live: str = ""
    trouble: str = ""
    gone: bool = False
    rests: bool = True


class AlphaScrubber(gr.HTML):
    """The whole picture with its window, the α slider, and synchronised crops.

    Events, with their data: `open_upload` {path, name, mode}, `open_example` {name}, `forget` {},
    `place` and `switch_mode` {x, y, mode, side}, `grow` {revision}, `rest` {revision, alpha},
    `add_method` {revision, model}, `export` {alpha, map, format},
    `figure` {alpha, methods, format}. Everything that the browser sends is
    arbitrary: the handlers check it.

    Parameters
    ----------
    words
        By language, `labels`: the words of the template and the script, and `told`: what the
        code says in English, by the English sentence.
    facts
        Values of the placeholders in labels that are the same for everybody.
    methods
        Name and title of each crop that a visitor can add.
    higher_is_better
        Names of the metrics whose higher value is the better one.
    first_alpha
        α at the start.
    caution_alpha
        α from which on the component says that detail is plausible, not real.
    live
        Answers (token, α) with a frame as a data URL, or with an empty text.
    """

    data_model = View

    def __init__(
        self,
        words: Mapping[str, Mapping[str, Any]],
        facts: Mapping[str, Any],
        methods: Mapping[str, str],
        *,
        higher_is_better: Sequence[str],
        first_alpha: float,
        caution_alpha: float,
        live: Callable[[Any, Any], str],
        **options: Any,
    ) -> None:
        super().__init__(
            html_template=(FOLDER / "scrubber.html").read_text("utf-8"),
            css_template=_joined(STYLES),
            js_on_load=_joined(SCRIPTS),
            apply_default_css=False,
            words=words,
            facts=facts,
            methods=methods,
            higher_is_better=list(higher_is_better),
            first_alpha=first_alpha,
            caution_alpha=caution_alpha,
            server_functions=[live],
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
