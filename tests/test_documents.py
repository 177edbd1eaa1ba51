"""Links in the documents, and paths and constants that they name, exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "esrgan").rglob("*.md")]
FOLDERS = ("esrgan", "demo", "examples", "benchmarks", "tests", "docs")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda it: it.relative_to(ROOT).as_posix())
def test_links_within_the_repository_lead_somewhere(document):
    text = document.read_text("utf-8")
    for target, section in re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)", text):
        path = document.parent / target if target else document
        assert path.exists(), target
        if section:
            titles = re.findall(r"^#+ (.*)", path.read_text("utf-8"), re.MULTILINE)
            assert section in {title.lower().replace(" ", "-") for title in titles}, section


def test_the_paths_that_recipes_name_exist():
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    named = re.findall(rf"`((?:{'|'.join(FOLDERS)})/[\w./-]*)`", text)
    assert len(named) > 20
    made = ("NAME", "LANGUAGE")
    missing = [
        it for it in named if not any(word in it for word in made) and not (ROOT / it).exists()
    ]
    assert missing == []


def test_the_constants_that_recipes_name_stand_where_they_say():
    text = " ".join((ROOT / "CONTRIBUTING.md").read_text("utf-8").split())
    named = re.findall(r"`([A-Z_]{4,})` of `([\w./]+)`", text)
    assert len(named) > 5
    for constant, path in named:
        source = (ROOT / path).read_text("utf-8")
        assert re.search(rf"^(const )?[\w, ]*\b{constant}\b", source, re.MULTILINE), constant
