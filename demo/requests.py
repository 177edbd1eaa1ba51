"""What a request brings is arbitrary: it is checked here, and refused in one sentence."""

import functools
import logging
from collections.abc import Callable, Iterator
from typing import Any, TypeGuard, TypeVar

import gradio as gr

from demo import refusals, text
from demo.session import Session

LOG = logging.getLogger(__name__)
Handler = TypeVar("Handler", bound=Callable[..., Iterator[Any]])


def in_one_sentence(handler: Handler) -> Handler:
    """Show a refusal as Gradio's message, in the visitor's language; the page stays as it was.

    What nobody foresaw is one sentence too: its own words are for the log.
    """

    @functools.wraps(handler)
    def guarded(*arguments: Any) -> Iterator[Any]:
        try:
            yield from handler(*arguments)
        except gr.Error:  # a ValueError too, which has its sentence already
            raise
        except ValueError as error:
            raise gr.Error(text.refusal(error), print_exception=False) from error
        except Exception as error:
            LOG.exception("%s failed", handler.__name__)
            sentence = text.spoken().translate(refusals.UNFORESEEN)
            raise gr.Error(sentence, print_exception=False) from error

    return guarded  # type: ignore[return-value]


def data_of(event: gr.EventData) -> dict[str, Any]:
    """What the browser sent with an event."""
    data: Any = getattr(event, "_data", None)
    if not isinstance(data, dict):
        raise ValueError(text.BROKEN_REQUEST)
    return data


def is_fraction(value: object) -> TypeGuard[float]:
    """Whether a value is a number between 0 and 1; NaN is none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 1


def fraction(sent: dict[str, Any], key: str) -> float:
    """A number between 0 and 1."""
    value = sent.get(key)
    if not is_fraction(value):
        raise ValueError(text.BROKEN_REQUEST)
    return float(value)


def existing(session: Session | None) -> Session:
    """The visitor's session, which is lost an hour after its last use, or when many others came."""
    if session is None:
        raise ValueError(text.GONE)
    return session
