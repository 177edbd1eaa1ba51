"""The page: its components, and which event calls which handler."""

import functools
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.themes import Default

from demo import api, batch, device, first_sight, handlers, live, networks, store, text
from demo.scrubber import AlphaScrubber
from esrgan.evaluation import METRICS
from esrgan.images import WEB_LIMITS
from esrgan.weights.registry import SUFFIXES

SWEEP = (store.EVERY_SECONDS, store.OLD_SECONDS)
"""Of what Gradio removes by itself: uploads, and what it has sent."""
SESSION_SECONDS = 3600
LONGEST_QUEUE = 64
MOST_SESSIONS = 256
"""The least recently used are lost first. A window takes 10 MB at most (1024 px of 16 bits a
channel) and mostly less than 2, Gradio's own part 0.2; pictures are bounded by `demo.shelf`."""
REFUSED = "() => document.dispatchEvent(new Event('scrubber-refused'))"
GROWN = "() => document.dispatchEvent(new Event('scrubber-grown'))"
FAILED = "() => document.dispatchEvent(new Event('scrubber-failed'))"
RESTED = "() => document.dispatchEvent(new Event('scrubber-rested'))"
PRESS = """() => {
    const press = (tries) => {
        const button = document.querySelector('%s');
        if (button && !button.disabled) button.click();
        else if (tries) setTimeout(press, 50, tries - 1);
    };
    setTimeout(press, 100, 100);
}"""
"""Press a button once Gradio has shown it with its file: the event may succeed before that."""
WITH_ALPHA = """(session, files, folder) =>
    [session, files, folder, Number(document.querySelector('[data-part="alpha"]').value)]"""
LARGEST_WEIGHTS_MB = 600
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
"""Of every event: no overlay while it runs, and no name in the API."""
FONTS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif")
FIXED_FONTS = ("ui-monospace", "Menlo", "Consolas", "monospace")
THEME = Default(primary_hue="teal", neutral_hue="slate", font=FONTS, font_mono=FIXED_FONTS).set(
    # Dark enough for white text, and for small text on white: 4.5 to 1 at least.
    button_primary_background_fill="*primary_700",
    button_primary_background_fill_dark="*primary_700",
    button_primary_background_fill_hover="*primary_800",
    button_primary_background_fill_hover_dark="*primary_800",
    body_text_color_subdued="*neutral_500",
    link_text_color_visited="*secondary_700",
    link_text_color_dark="*secondary_400",
    link_text_color_active_dark="*secondary_400",
    link_text_color_visited_dark="*secondary_400",
    link_text_color_hover_dark="*secondary_300",
)
SAID = gr.I18n()
"""Stands for a sentence in Gradio's own components, by its key in `page`."""
CSS = (Path(__file__).parent / "page.css").read_text("utf-8")


def build() -> gr.Blocks:
    """Make the page; nothing runs before a visitor opens it."""
    first_sight.serve()
    title = text.ENGLISH.labels["title"]  # until the component knows the browser's language
    with gr.Blocks(title=title, delete_cache=SWEEP, analytics_enabled=False) as page:
        session = gr.State(None, time_to_live=SESSION_SECONDS)
        gr.Markdown(SAID("intro"), elem_id="intro")
        scrubber = AlphaScrubber(
            text.component_words(),
            text.FACTS,
            text.ADDED_METHODS,
            higher_is_better=[name for name, metric in METRICS.items() if metric.higher_is_better],
            first_alpha=text.FIRST_ALPHA,
            caution_alpha=text.CAUTION_ALPHA,
            live=live.frame,
            elem_id="scrubber",
        )
        with gr.Row(elem_id="exports"):
            save = gr.DownloadButton(visible=False, variant="primary", elem_id="save")
            cancel = gr.Button(SAID("cancel"), visible=False, elem_id="cancel")
            figure = gr.DownloadButton(visible=False, elem_id="figure")
        with gr.Accordion(SAID("networks_title"), open=False):
            pair, changed = _networks(page, session, scrubber)
        if networks.is_local():
            with gr.Accordion(SAID("batch_title"), open=False):
                _batch(session)
        with gr.Accordion(SAID("about_title"), open=False):
            gr.Markdown(SAID("about"))
        changed += _wire(page, session, scrubber, pair)
        _wire_files(session, scrubber, [save, cancel, figure], changed, pair)
        api.offer()
    return page.queue(max_size=LONGEST_QUEUE, default_concurrency_limit=2)


def _networks(
    page: gr.Blocks, session: gr.State, scrubber: AlphaScrubber
) -> tuple[gr.Dropdown, list[Any]]:
    """The choice of pairs; on the visitor's own computer also downloads and own files.

    Returns the list of pairs, and the events that put another pair on the slider.
    """
    both = [session, scrubber]
    gr.Markdown(SAID("networks"))
    pair = gr.Dropdown(
        handlers.choices(), value=networks.first_pair().name, label=SAID("pair"), elem_id="pair"
    )
    page.load(handlers.offer_pairs, None, pair, **QUIET)
    named = pair.input(handlers.use_pair, [session, pair], both, **QUIET)
    named.failure(handlers.show_pair, session, pair, **QUIET)
    if not networks.is_local():
        return pair, [named]
    with gr.Row():
        for name, offer in networks.missing_pairs().items():
            button = gr.Button(SAID("download") + f" {offer}", size="sm")
            fetch = functools.partial(handlers.download_pair, name)
            button.click(fetch, None, [button, pair], **QUIET)
    with gr.Row():
        ends = [
            gr.File(label=SAID(key), file_types=list(SUFFIXES), elem_id=name)
            for key, name in (("own_psnr", "own-psnr"), ("own_gan", "own-gan"))
        ]
    own = gr.Button(SAID("use_own"), size="sm", elem_id="use-own")
    used = own.click(handlers.use_own_pair, [session, *ends], both, **QUIET)
    return pair, [named, used]


def _batch(session: gr.State) -> None:
    """Several pictures, or a folder of them, with the slider's networks and α."""
    gr.Markdown(SAID("batch"))
    with gr.Row():
        files = gr.File(label=SAID("batch_files"), file_count="multiple", elem_id="batch-files")
        folder = gr.File(label=SAID("batch_folder"), file_count="directory")
    alpha = gr.Number(visible=False)
    with gr.Row():
        start = gr.Button(SAID("batch_start"), size="sm", elem_id="batch-start")
        cancel = gr.Button(SAID("cancel"), size="sm", visible=False, elem_id="batch-cancel")
        save = gr.DownloadButton(size="sm", visible=False, elem_id="batch-save")
    failures = gr.Textbox(label=SAID("batch_failures"), visible=False, elem_id="batch-failures")
    news = [save, cancel, failures]
    running = start.click(
        batch.enlarge_all, [session, files, folder, alpha], news, js=WITH_ALPHA, **QUIET
    )
    running.failure(batch.withdraw, None, news, **QUIET)
    cancel.click(batch.withdraw, None, news, cancels=running, **QUIET)


def _wire(
    page: gr.Blocks, session: gr.State, scrubber: AlphaScrubber, pair: gr.Dropdown
) -> list[Any]:
    """Connect events to handlers; the component sends one at a time, the latest first.

    Returns the events that change the picture, or the way in which it is used.
    """
    both = [session, scrubber]
    known = {**QUIET, "inputs": session, "trigger_mode": "multiple"}
    grown = scrubber.grow(handlers.grow, outputs=both, **known)
    rested = scrubber.rest(handlers.rest, outputs=both, **known)
    added = scrubber.add_method(handlers.add_method, outputs=scrubber, **known)
    grown.then(None, js=GROWN, **QUIET)
    if device.on_zero_gpu():  # where another pair may have taken over
        grown.success(handlers.show_pair, session, pair, **QUIET)
    rested.success(None, js=RESTED, **QUIET)
    for asked in (grown, rested, added):
        asked.failure(None, js=FAILED, **QUIET)
    *changed, placed = (
        event(handler, outputs=both, **known)
        for event, handler in (
            (scrubber.open_upload, handlers.open_upload),
            (scrubber.open_example, handlers.open_example),
            (scrubber.forget, handlers.forget),
            (scrubber.switch_mode, handlers.place),
            (scrubber.place, handlers.place),
        )
    )
    for opened in (*changed, placed):
        opened.failure(None, js=REFUSED, **QUIET)
    page.load(handlers.start, None, both, **QUIET)
    return changed


def _wire_files(
    session: gr.State,
    scrubber: AlphaScrubber,
    buttons: list[Any],
    changed: list[Any],
    pair: gr.Dropdown,
) -> None:
    """Make the picture and the figure that can be saved; what changes them withdraws both."""
    save, cancel, figure = buttons
    once = {**QUIET, "trigger_mode": "once"}
    exported = scrubber.export(handlers.export, session, [save, cancel, scrubber], **once)
    exported.success(None, js=PRESS % "#save", **QUIET)
    exported.failure(handlers.withdraw_export, None, [save, cancel], **QUIET)
    cancel.click(handlers.withdraw_export, None, [save, cancel], cancels=exported, **QUIET)
    drawn = scrubber.figure(handlers.draw_figure, session, figure, **once)
    drawn.success(None, js=PRESS % "#figure", **QUIET)
    drawn.failure(handlers.withdraw_figure, None, figure, **QUIET)
    for event in changed:
        running = [exported, drawn]
        event.success(handlers.follow, session, [*buttons, pair], cancels=running, **QUIET)


def _upload_megabytes() -> float:
    """Largest upload: a picture, or where they may be brought along a file of weights."""
    return LARGEST_WEIGHTS_MB if networks.is_local() else WEB_LIMITS.megabytes


def launch_options() -> dict[str, Any]:
    """What `launch` needs; address and port are left to Gradio's environment variables."""
    return {
        "theme": THEME,
        "css": CSS,
        "i18n": text.i18n(),
        "ssr_mode": False,
        "mcp_server": True,
        "show_error": True,
        "state_session_capacity": MOST_SESSIONS,
        "max_file_size": f"{_upload_megabytes():g}mb",
        "footer_links": [],
    }
