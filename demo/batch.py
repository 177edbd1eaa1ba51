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
from esrgan.images import FILE_LIMITS, encode_png, read

FAILURES = "failures.txt"
LARGEST_BATCH = 1000


@in_one_sentence
def enlarge_all(
    session: Session | None, files: Sequence[str] | None, folder: Sequence[str] | None, alpha: Any
) -> Iterator[tuple[Any, Any, Any]]:
    """News for the save button, the cancel button and the list of failures."""
    network, share = upscaler(existing(session).pair), fraction({"alpha": alpha}, "alpha")
    chosen = [Path(path) for path in (*(files or ()), *(folder or ()))]
    paths = [path for path in chosen if not path.name.startswith(".")]
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
        for done, (path, source) in enumerate(zip(paths, sources, strict=True)):
            try:
                for tiles, total in _add(archive, source, path.stem, network, share):
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


def _add(
    archive: zipfile.ZipFile, source: Path, stem: str, network: Upscaler, alpha: float
) -> Iterator[tuple[int, int]]:
    """Enlarge one picture into the archive; yields tiles done and in all, at first none."""
    yield 0, 1
    picture = read(_bytes(source), FILE_LIMITS)
    tiles = network.tiles(picture.pixels, alpha)
    for progress in tiles:
        yield progress.done, progress.total
    enlarged = network.finish(picture, tiles.result().pixels)
    name = _free(archive, network.file_name(stem, alpha))
    archive.writestr(name, encode_png(enlarged))


def _bytes(source: Path) -> bytes:
    """What is in a file, which may have been lost before the start."""
    try:
        return source.read_bytes()
    except OSError:
        raise ValueError(refusals.LOST_UPLOAD) from None


def _free(archive: zipfile.ZipFile, name: str) -> str:
    """The name, with a number if another picture has it, in capitals or not."""
    taken = {it.casefold() for it in archive.namelist()}
    stem, suffix = Path(name).stem, Path(name).suffix
    numbered = (f"{stem}-{number}{suffix}" for number in range(2, LARGEST_BATCH + 2))
    return next(it for it in (name, *numbered) if it.casefold() not in taken)


def _listed(failures: Sequence[str]) -> Any:
    """The list of failures, hidden while there is none."""
    return gr.update(visible=bool(failures), value="\n".join(failures))
