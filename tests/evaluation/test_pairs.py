import pytest

from esrgan import Upscaler
from esrgan.evaluation import evaluate, find_pairs
from esrgan.evaluation.pictures import load


@pytest.fixture
def folders(tmp_path):
    def make(hr, lr):
        for folder, names in (("hr", hr), ("lr", lr)):
            for name in names:
                path = tmp_path / folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch()
        return tmp_path / "hr", tmp_path / "lr"

    return make


@pytest.mark.parametrize(
    ("hr", "lr"),
    [
        ("0801.png", "0801x4.png"),
        ("0801.png", "0801x4m.png"),
        ("0801.png", "0801x4w2.png"),
        ("butterfly.png", "butterfly_x4.bmp"),
        ("baby_HR.png", "baby_LR.png"),
        ("baby_GT.bmp", "baby.bmp"),
        ("bird.png", "bird_bicLRx4.png"),
        ("bird_HR.png", "bird_LRBI_x4.png"),
        ("img_001_SRF_4_HR.png", "img_001_SRF_4_LR.png"),
        ("comic.png", "comic_bicubic.png"),
        ("x4.png", "x4.jpg"),
        ("below/a.png", "below/a_x4.png"),
    ],
)
def test_the_fields_names_pair(folders, hr, lr):
    folder, reduced = folders([hr, "other.png"], [lr, "other.png"])
    pairs = {pair.hr: pair for pair in find_pairs(folder, reduced, any_depth=True)}
    assert pairs[folder / hr].lr == reduced / lr
    assert pairs[folder / hr].name == hr.rsplit(".", 1)[0]
    assert not pairs[folder / hr].fault


def test_equal_names_win(folders):
    folder, reduced = folders(
        ["a.jpg", "a.png", "b_x4.png"], ["a.png", "a.jpg", "b.png", "b_x4.png"]
    )
    pairs = find_pairs(folder, reduced)
    assert [pair.name for pair in pairs] == ["a_jpg", "a_png", "b_x4"]
    assert [pair.lr.name for pair in pairs] == ["a.jpg", "a.png", "b_x4.png"]


def test_several_that_fit_and_none_are_faults_of_one_picture(folders):
    folder, reduced = folders(["a.png", "b.png", "c.png"], ["a.png", "b_x2.png", "b_x4.png"])
    one, two, three = find_pairs(folder, reduced)
    assert not one.fault
    assert two.fault == f"{reduced} has several pictures for 'b': b_x2.png, b_x4.png."
    with pytest.raises(ValueError, match=r"has several pictures for 'b'"):
        load(two, 4)
    with pytest.raises(ValueError, match=r"has no picture for 'c'\."):
        load(three, 4)


def test_an_unreadable_file_is_named(folder):
    (folder / "hr" / "grey.png").unlink()
    (folder / "lr" / "colour.png").rename(folder / "lr" / "colour_x4.png")
    assert len(list(evaluate(Upscaler("bicubic"), find_pairs(folder / "hr", folder / "lr")))) == 1
    (folder / "lr" / "colour_x4.png").write_bytes(b"no")
    with pytest.raises(ValueError, match=r"^colour_x4\.png: This is not a readable"):
        load(find_pairs(folder / "hr", folder / "lr")[0], 4)
    (folder / "hr" / "colour.png").unlink()
    (folder / "hr" / "colour.png").symlink_to("gone.png")
    with pytest.raises(ValueError, match=r"^colour\.png: No such file"):
        load(find_pairs(folder / "hr")[0], 4)
