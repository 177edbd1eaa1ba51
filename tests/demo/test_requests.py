import logging
from types import SimpleNamespace

import gradio as gr
import pytest
from gradio.context import LocalContext

from demo import refusals
from demo.requests import in_one_sentence
from demo.text.chinese import CHINESE


@in_one_sentence
def failing(error):
    yield "first"
    raise error


def shown(error):
    """What a visitor reads of a handler that fails."""
    with pytest.raises(gr.Error) as caught:
        list(failing(error))
    return caught.value.message


@pytest.mark.parametrize(
    "error", [RuntimeError("(-215:Assertion failed)"), TypeError("unhashable"), MemoryError()]
)
def test_what_nobody_foresaw_is_one_sentence_and_its_own_words_go_to_the_log(error, caplog):
    with caplog.at_level(logging.ERROR):
        assert shown(error) == refusals.UNFORESEEN
    (record,) = caplog.records
    assert record.exc_info[1] is error


def test_it_is_said_in_the_visitors_language():
    token = LocalContext.request.set(SimpleNamespace(headers={"accept-language": "zh-CN"}))
    try:
        assert shown(RuntimeError("x")) == CHINESE.told[refusals.UNFORESEEN]
    finally:
        LocalContext.request.reset(token)


def test_refusals_keep_their_own_words(caplog):
    assert shown(ValueError(refusals.LOST_UPLOAD)) == refusals.LOST_UPLOAD
    assert shown(gr.Error("No quota.")) == "No quota."
    assert caplog.records == []
