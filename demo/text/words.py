"""What one language of the page consists of."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Words:
    """The words of one language; every language has the same keys and placeholders.

    Attributes
    ----------
    labels
        Of the component, by the names that its template and its script use.
    page
        Of Gradio's own components.
    server
        What the handlers write while they work.
    told
        What the page's and the package's code says in English (refusals, reasons, titles), by
        the English sentence; `{…}` stands for what varies. Empty in English.
    """

    labels: Mapping[str, str]
    page: Mapping[str, str]
    server: Mapping[str, str]
    told: Mapping[str, str]

    def translate(self, sentence: str) -> str:
        """A sentence of the code in this language; in English, if it is not known."""
        if sentence in self.told:
            return self.told[sentence]
        for english, own in self.told.items():
            found = _pattern(english).fullmatch(sentence)
            if found:
                values = {name: self.told.get(it, it) for name, it in found.groupdict().items()}
                return own.format(**values)
        return sentence


def _pattern(english: str) -> re.Pattern[str]:
    """An expression that a sentence with any values matches."""
    pieces = PLACEHOLDER.split(english)
    parts = (f"(?P<{it}>.+)" if at % 2 else re.escape(it) for at, it in enumerate(pieces))
    return re.compile("".join(parts))
