"""The examples as visitors first see them: rebuilt beforehand, kept beside the other caches.

A folder belongs to one pair of networks: each example is a view as JSON, written last, whose files
lie beside it under the hash of what they hold. Gradio's hourly sweep does not reach them.
"""

import hashlib
import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import gradio as gr
from gradio_client.utils import is_file_obj_with_meta, traverse

from demo import text, views
from demo.scrubber import View
from demo.session import Latest, Session
from esrgan.files import cache_folder, write_atomically
from esrgan.weights import MODELS, Model

FORMAT = 4
"""Rises with every change of what a kept view holds, or of how it is worded or computed."""
HASH_LENGTH = 16


def root() -> Path:
    """Where the examples of all pairs lie."""
    return cache_folder() / "first-sight"


def serve() -> None:
    """Let the page's visitors fetch the kept files where they lie."""
    gr.set_static_paths(root())


def open_example(name: str, latest: Latest, pair: Model) -> tuple[Session, View]:
    """An example as it is kept, else what of it is there at once."""
    kept = find(name, pair)
    overview = kept.place.overview.path if kept and kept.place else ""
    session = views.open_example(name, latest, pair, overview=overview)
    if kept is None:
        return views.first_view(session)
    return session, views.answering(session, kept)


def find(name: str, pair: Model) -> View | None:
    """What is kept of an example, or None where it is not, or not whole."""
    if MODELS.get(pair.name) != pair:
        return None
    try:
        place = folder(pair)
        kept = json.loads(_path(place, name).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    files: list[Path] = []
    view = View(**_with_paths(kept, lambda path: str(_noted(files, place / path))))
    return view if all(file.is_file() for file in files) else None


def keep(name: str, pair: Model) -> None:
    """Rebuild an example, and keep all that a visitor will see of it before moving anything.

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    view, place = _whole(views.open_example(name, Latest(), pair)), folder(pair)
    data = _with_paths(view.model_dump(), lambda path: _copied(Path(path), place))
    write_atomically(_path(place, name), json.dumps(data).encode())


@lru_cache(maxsize=len(MODELS))
def folder(pair: Model) -> Path:
    """Where a pair's examples lie; other weights or another format have another folder."""
    hashes = [MODELS[model].sha256() for model in views.LATER]
    made_from = json.dumps([FORMAT, pair.name, pair.sha256(), hashes])
    return root() / hashlib.sha256(made_from.encode()).hexdigest()[:HASH_LENGTH]


def _whole(opened: Session) -> View:
    """First sight, the curve, every pane and figure, and the exact output at the first α."""
    session, view = views.first_view(opened)
    *_, grown = views.growth(session)
    panes = {pane.id: pane for pane in (*view.panes, *grown.panes)}
    exact = views.exact_view(session, text.FIRST_ALPHA).exact
    return grown.model_copy(
        update={"place": view.place, "panes": list(panes.values()), "exact": exact}
    )


def _path(place: Path, name: str) -> Path:
    """The view of an example."""
    return place / f"{name.replace(' ', '-')}.json"


def _copied(file: Path, place: Path) -> str:
    """Copy a file into a folder; returns its name there."""
    data = file.read_bytes()
    name = f"{hashlib.sha256(data).hexdigest()[:HASH_LENGTH]}-{file.name}"
    write_atomically(place / name, data)
    return name


def _noted(files: list[Path], file: Path) -> Path:
    """The same file, added to a list."""
    files.append(file)
    return file


def _with_paths(view: dict[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    """A view as JSON with every file's path changed."""
    return traverse(
        view, lambda file: {**file, "path": change(file["path"])}, is_file_obj_with_meta
    )
