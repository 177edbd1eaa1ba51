"""Every language of the page has all labels and translates every sentence that is shown."""

import re
import string
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest
from gradio.context import LocalContext

from demo import handlers, refusals, text
from demo.scene import Mode, metrics
from demo.scrubber.scrubber import FOLDER
from demo.text.chinese import CHINESE
from demo.text.english import ENGLISH
from esrgan.evaluation import METRICS
from esrgan.evaluation.scores import NO_NUMBER
from esrgan.images import WEB_LIMITS, Limits, read
from esrgan.metrics import niqe
from esrgan.metrics.naturalness import UndefinedError
from esrgan.metrics.perception import ma_proxy
from esrgan.weights import MODELS

PARTS = ("labels", "page", "server")
IN_CHINESE = re.compile("[\u4e00-\u9fff]")
LANGUAGES = pytest.mark.parametrize("words", text.LANGUAGES.values(), ids=text.LANGUAGES.keys())
SAME_EVERYWHERE = {"size_enlarge", *(f"metric_{name}" for name in METRICS)}
"""Numbers, and names that are written alike."""


def placeholders(sentence):
    return sorted(field for _, field, _, _ in string.Formatter().parse(sentence) if field)


@LANGUAGES
@pytest.mark.parametrize("part", PARTS)
def test_languages_have_the_same_keys_and_placeholders(part, words):
    english, own = getattr(ENGLISH, part), getattr(words, part)
    assert sorted(english) == sorted(own)
    for key in english:
        assert placeholders(english[key]) == placeholders(own[key]), key
        is_chinese = bool(IN_CHINESE.search(own[key]))
        assert is_chinese == (words is CHINESE) or key in SAME_EVERYWHERE, key


@LANGUAGES
def test_what_the_code_says_is_told_in_every_language_with_its_placeholders(words):
    assert words is ENGLISH or sorted(words.told) == sorted(CHINESE.told)
    for english, own in words.told.items():
        assert placeholders(english) == placeholders(own), english
        assert words is CHINESE or not IN_CHINESE.search(own), english


def test_the_component_finds_each_word_that_it_asks_for():
    template = (FOLDER / "scrubber.html").read_text("utf-8")
    scripts = "".join(path.read_text("utf-8") for path in FOLDER.glob("*.js"))
    asked = set(re.findall(r'data-(?:say|tip|name)="(\w+)"', template))
    asked |= set(re.findall(r"\blabels\.(\w+)", scripts))
    asked |= {f"{kind}_{name}" for kind in ("metric", "tip") for name in shown_metrics()}
    assert asked <= set(ENGLISH.labels)
    assert "{{" not in template


def shown_metrics():
    return {name for mode in Mode for name in metrics(mode)}


def test_names_of_metrics_are_those_of_the_catalogue():
    for name in shown_metrics():
        assert ENGLISH.labels[f"metric_{name}"] == METRICS[name].title


def test_every_refusal_of_the_page_and_every_title_is_translated():
    said = [value for name, value in vars(refusals).items() if name.isupper()]
    titles = [*text.TITLES.values(), "Your pair"]
    titles += [model.title for model in MODELS.values() if " " in model.title]
    for sentence in said + titles:
        assert IN_CHINESE.search(CHINESE.translate(sentence)), sentence
        assert ENGLISH.translate(sentence) == sentence


REFUSED = {
    "not readable": (b"", WEB_LIMITS),
    "too many bytes": (b"0123", Limits(1, 1e-6)),
    "HEIC": (b"\0\0\0\x18ftypheic" + bytes(20), WEB_LIMITS),
    "PDF": (b"%PDF-1.7", WEB_LIMITS),
    "SVG": (b"<svg>", WEB_LIMITS),
}


@pytest.mark.parametrize(("data", "limits"), REFUSED.values(), ids=REFUSED.keys())
def test_refused_files_are_told_in_chinese(data, limits):
    with pytest.raises(ValueError, match=r"\.$") as refusal:
        read(data, limits)
    assert IN_CHINESE.search(CHINESE.translate(str(refusal.value)))


def test_a_sentence_keeps_its_values_and_an_unknown_one_stays_english():
    told = CHINESE.translate("This picture has 67 megapixels; the limit is 50.")
    assert "67" in told
    assert told.index("67") < told.index("50")
    assert CHINESE.translate("Something new.") == "Something new."


def test_reasons_under_crops_are_known_word_for_word():
    for judge, picture in (
        (ma_proxy, np.zeros((4, 4, 3), np.uint8)),
        (niqe, np.zeros((20, 20, 3), np.uint8)),
        (niqe, np.zeros((256, 256, 3), np.uint8)),
    ):
        with pytest.raises(UndefinedError) as reason:
            judge(picture)
        assert str(reason.value) in CHINESE.told
    assert NO_NUMBER in CHINESE.told


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", CHINESE),
        ("zh-CN", CHINESE),
        ("zh", CHINESE),
        ("zh-Hant-TW,en", CHINESE),
        ("en-US,en;q=0.9,zh-CN;q=0.8", ENGLISH),
        ("fr", ENGLISH),
        ("", ENGLISH),
    ],
)
def test_the_server_speaks_the_language_that_the_browser_prefers(header, words):
    token = LocalContext.request.set(SimpleNamespace(headers={"accept-language": header}))
    try:
        assert text.spoken() is words
        with pytest.raises(gr.Error) as refusal:
            list(handlers.export(None, SimpleNamespace(_data={"alpha": 0.5})))
        assert refusal.value.message == words.translate(text.GONE)
    finally:
        LocalContext.request.reset(token)


def test_labels_of_buttons_carry_their_values():
    pixels = np.zeros((20, 30, 3), np.uint8)
    assert text.progress(3, 12) == "Computing … 3 of 12 tiles"
    assert text.transfer(12_300_000, 134_000_000) == "Downloading … 12 of 134 MB"
    assert text.ready("a.png", pixels, None, 1.25) == "Save a.png (30 × 20, exact, 1.2 s)"
    assert "JPEG, 8 bits" in text.ready("a.jpg", pixels, None, 1)
    assert "curve, 99 % within 0.9 grey levels" in text.ready("a.png", pixels, 0.94, 1)


@LANGUAGES
def test_the_words_on_privacy_name_the_button_that_clears(words):
    for told in (words.labels["privacy"], words.page["about"]):
        assert words.labels["clear"] in told


@LANGUAGES
def test_the_words_on_licences_name_that_of_the_code(words):
    assert "Apache" in words.page["about"]


def test_gradios_own_components_get_the_versions():
    for page in text.i18n().translations.values():
        assert f"Gradio {gr.__version__}" in page["about"]
        assert not any(placeholders(sentence) for sentence in page.values())
