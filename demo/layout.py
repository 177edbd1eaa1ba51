"""The page: its components, and which event calls which handler."""

import functools
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.themes import Default

from demo import api, first_sight, handlers, live, networks, text
from demo.scrubber import AlphaScrubber
from esrgan.images import WEB_LIMITS
from esrgan.weights.registry import SUFFIXES

CACHE_SECONDS = (600, 3600)
SESSION_SECONDS = 3600
LONGEST_QUEUE = 64
MOST_SESSIONS = 64
"""A session holds one decoded picture: the oldest are forgotten first."""
REFUSED = "() => document.dispatchEvent(new Event('scrubber-refused'))"
GROWN = "() => document.dispatchEvent(new Event('scrubber-grown'))"
RESTED = "() => document.dispatchEvent(new Event('scrubber-rested'))"
PRESS_FIGURE = "() => document.querySelector('#figure')?.click()"
PRESS_SAVE = "() => document.querySelector('#save')?.click()"
LARGEST_WEIGHTS_MB = 600
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
"""Of every event: no overlay while it runs, and no name in the API."""
FONTS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif")
FIXED_FONTS = ("ui-monospace", "Menlo", "Consolas", "monospace")
THEME = Default(primary_hue="teal", neutral_hue="slate", font=FONTS, font_mono=FIXED_FONTS).set(
    # Dark enough for white text, and for small text on white: 4.5 to 1 at least.
    button_primary_background_fill="*primary_700",
    button_primary_background_fill_hover="*primary_800",
    body_text_color_subdued="*neutral_500",
)
CSS = (Path(__file__).parent / "page.css").read_text("utf-8")


def build() -> gr.Blocks:
    """Make the page; nothing runs before a visitor opens it."""
    first_sight.serve()
    with gr.Blocks(title=text.TITLE, delete_cache=CACHE_SECONDS, analytics_enabled=False) as page:
        session = gr.State(None, time_to_live=SESSION_SECONDS)
        gr.Markdown(text.INTRO)
        scrubber = AlphaScrubber(
            text.LABELS,
            text.ADDED_METHODS,
            first_alpha=text.FIRST_ALPHA,
            live=live.frame,
            elem_id="scrubber",
        )
        with gr.Row(elem_id="exports"):
            save = gr.DownloadButton(visible=False, variant="primary", elem_id="save")
            cancel = gr.Button(text.CANCEL, visible=False, elem_id="cancel")
            figure = gr.DownloadButton(visible=False, elem_id="figure")
        with gr.Accordion(text.NETWORKS_TITLE, open=False):
            _networks(session, scrubber)
        with gr.Accordion(text.ABOUT_TITLE, open=False):
            gr.Markdown(text.ABOUT)
        _wire(page, session, scrubber, save, cancel)
        _wire_figure(session, scrubber, figure)
        api.offer()
    return page.queue(max_size=LONGEST_QUEUE, default_concurrency_limit=2)


def _networks(session: gr.State, scrubber: AlphaScrubber) -> None:
    """The choice of pairs; on the visitor's own computer also downloads and own files."""
    both = [session, scrubber]
    gr.Markdown(text.NETWORKS)
    pair = gr.Dropdown(
        handlers.choices(), value=networks.first_pair().name, label=text.PAIR_LABEL, elem_id="pair"
    )
    pair.input(handlers.use_pair, [session, pair], both, **QUIET)
    if not networks.is_local():
        return
    with gr.Row():
        for name, offer in networks.missing_pairs().items():
            button = gr.Button(f"{text.DOWNLOAD} {offer}", size="sm")
            fetch = functools.partial(handlers.download_pair, name)
            button.click(fetch, None, [button, pair], **QUIET)
    with gr.Row():
        ends = [
            gr.File(label=label, file_types=list(SUFFIXES), elem_id=name)
            for label, name in ((text.OWN_PSNR, "own-psnr"), (text.OWN_GAN, "own-gan"))
        ]
    own = gr.Button(text.USE_OWN, size="sm", elem_id="use-own")
    used = own.click(handlers.use_own_pair, [session, *ends], both, **QUIET)
    used.success(handlers.name_no_pair, None, pair, **QUIET)


def _wire(
    page: gr.Blocks,
    session: gr.State,
    scrubber: AlphaScrubber,
    save: gr.DownloadButton,
    cancel: gr.Button,
) -> None:
    """Connect events to handlers; the component sends one at a time, the latest first."""
    both, buttons = [session, scrubber], [save, cancel]
    known = {**QUIET, "inputs": session, "trigger_mode": "multiple"}
    exported = scrubber.export(
        handlers.export, outputs=buttons, **QUIET, inputs=session, trigger_mode="once"
    )
    exported.success(None, js=PRESS_SAVE, **QUIET)
    exported.failure(handlers.withdraw_export, None, buttons, **QUIET)
    grown = scrubber.grow(handlers.grow, outputs=both, **known)
    rested = scrubber.rest(handlers.rest, outputs=both, **known)
    scrubber.add_method(handlers.add_method, outputs=scrubber, **known)
    grown.then(None, js=GROWN, **QUIET)
    rested.then(None, js=RESTED, **QUIET)
    for event, handler, is_new in (
        (scrubber.open_upload, handlers.open_upload, True),
        (scrubber.open_example, handlers.open_example, True),
        (scrubber.place, handlers.place, False),
    ):
        opened = event(handler, outputs=both, **known)
        opened.failure(None, js=REFUSED, **QUIET)
        if is_new:
            opened.success(handlers.withdraw_export, None, buttons, cancels=exported, **QUIET)
    cancel.click(handlers.withdraw_export, None, buttons, cancels=exported, **QUIET)
    page.load(handlers.start, None, both, **QUIET)


def _upload_megabytes() -> float:
    """Largest upload: a picture, or where they may be brought along a file of weights."""
    return LARGEST_WEIGHTS_MB if networks.is_local() else WEB_LIMITS.megabytes


def _wire_figure(session: gr.State, scrubber: AlphaScrubber, figure: gr.DownloadButton) -> None:
    """Draw the comparison figure and save it; another picture withdraws it."""
    drawn = scrubber.figure(handlers.draw_figure, session, figure, **QUIET, trigger_mode="once")
    drawn.success(None, js=PRESS_FIGURE, **QUIET)
    drawn.failure(handlers.withdraw_figure, None, figure, **QUIET)
    for event in (scrubber.open_upload, scrubber.open_example):
        event(handlers.withdraw_figure, None, figure, cancels=drawn, **QUIET)


def launch_options() -> dict[str, Any]:
    """What `launch` needs; address and port are left to Gradio's environment variables."""
    return {
        "theme": THEME,
        "css": CSS,
        "ssr_mode": False,
        "mcp_server": True,
        "show_error": True,
        "state_session_capacity": MOST_SESSIONS,
        "max_file_size": f"{_upload_megabytes():g}mb",
        "footer_links": [],
    }
