from demo import captions
from demo.scrubber import Figure
from esrgan.evaluation import Scores
from esrgan.evaluation.scores import IDENTICAL


def test_figures_are_written_like_the_papers():
    values = {"psnr_y": 27.3149, "perceptual_index": 2.5, "niqe": None, "lr_psnr": None}
    reasons = {"niqe": "too small", "lr_psnr": IDENTICAL}
    assert captions.figures(Scores("", values, reasons)) == [
        Figure(name="psnr_y", text="27.31 dB"),
        Figure(name="perceptual_index", text="2.50 ± 0.35"),
        Figure(name="niqe", text="–", reason="too small"),
        Figure(name="lr_psnr", text="∞", reason="identical"),
    ]


def test_a_reason_is_said_once():
    values = {"perceptual_index": None, "niqe": None}
    scores = Scores("", values, dict.fromkeys(values, "too small"))
    assert [figure.reason for figure in captions.figures(scores)] == ["too small", ""]
