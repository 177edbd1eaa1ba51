"""Many pictures at once, on the visitor's own computer: each goes straight into a zip."""

import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from demo import networks, refusals, store, text
from demo.handlers import save_button
from demo.requests import existing, fraction, in_one_sentence
from demo.scene import upscaler
from demo.session import Session
from esrgan import Upscaler
from esrgan.folders import is_hidden, is_picture, results_among, shortened, unique_stems
from esrgan.images import FILE_LIMITS, encode_png, read

FAILURES = "failures.txt"
LARGEST_BATCH = 1000


@in_one_sentence
def enlarge_all(
    session: Session | None, files: Sequence[str] | None, folder: Sequence[str] | None, alpha: Any
) -> Iterator[tuple[Any, Any, Any]]:
    """News for the save button, the cancel button and the list of failures."""
    network, share = upscaler(existing(session).pair), fraction({"alpha": alpha}, "alpha")
    paths = _chosen(files or (), folder or ())
    if not networks.is_local():
        raise ValueError(text.BROKEN_REQUEST)
    if not 0 < len(paths) <= LARGEST_BATCH:
        raise ValueError(refusals.NO_PICTURES.format(most=LARGEST_BATCH))
    failures: list[str] = []
    with (
        store.reserved("enlarged.zip") as target,
        store.held(paths, target.parent) as sources,
        zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive,
    ):
        names = _result_names(paths, network.file_name("", share))
        for done, (path, source, name) in enumerate(zip(paths, sources, names, strict=True)):
            try:
                for tiles, total in _add(archive, source, name, network, share):
                    store.renew(target.parent)
                    label = text.batch_progress(done, len(paths), path.name, tiles, total)
                    yield save_button(label), gr.update(visible=True), gr.skip()
            except ValueError as error:
                failures.append(f"{path.name}: {text.refusal(error)}")
                yield gr.skip(), gr.skip(), _listed(failures)
        if failures:
            archive.writestr(FAILURES, "\n".join(failures) + "\n")
    label = text.batch_ready(len(paths) - len(failures), len(paths))
    yield save_button(label, str(target)), gr.update(visible=False), _listed(failures)


def withdraw() -> tuple[Any, Any, Any]:
    """Hide everything: the batch was cancelled or refused."""
    return gr.update(visible=False), gr.update(visible=False), gr.update(visible=False)


def _chosen(files: Sequence[str], folder: Sequence[str]) -> list[Path]:
    """Uploaded files, and of an uploaded folder the pictures, as on the command line."""
    named = [Path(path) for path in files if not is_hidden(Path(path).name)]
    pictures = [Path(path) for path in folder if is_picture(Path(path).name)]
    former = results_among(path.name for path in pictures)
    return named + [path for path in pictures if path.name not in former]


def _result_names(paths: Sequence[Path], ending: str) -> list[str]:
    """Names of the results in the zip, as on the command line."""
    return [shortened(stem, ending) for stem in unique_stems([path.name for path in paths])]


def _add(
    archive: zipfile.ZipFile, source: Path, name: str, network: Upscaler, alpha: float
) -> Iterator[tuple[int, int]]:
    """Enlarge one picture into the archive; yields tiles done and in all, at first none."""
    yield 0, 1
    picture = read(_bytes(source), FILE_LIMITS)
    tiles = network.tiles(picture.pixels, alpha)
    for progress in tiles:
        yield progress.done, progress.total
    enlarged = network.finish(picture, tiles.result().pixels)
    archive.writestr(name, encode_png(enlarged))


def _bytes(source: Path) -> bytes:
    """What is in a file, which may have been lost before the start."""
    try:
        return source.read_bytes()
    except OSError:
        raise ValueError(refusals.LOST_UPLOAD) from None


def _listed(failures: Sequence[str]) -> Any:
    """The list of failures, hidden while there is none."""
    return gr.update(visible=bool(failures), value="\n".join(failures))
