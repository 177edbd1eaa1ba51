"""Fields of a run by their names, whichever of its concerns they stand in."""

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from esrgan.training.config import TrainingConfig

FIXED = ("preset", "section")
"""Fields that name a preset and are not set."""


def field_values(config: Any) -> dict[str, Any]:
    """Every field that is no dataclass itself, by its name; names are unique over all concerns."""
    values: dict[str, Any] = {}
    for item in fields(config):
        value = getattr(config, item.name)
        values |= field_values(value) if is_dataclass(value) else {item.name: value}
    return values


def replace_fields(config: Any, **changes: Any) -> Any:
    """A config with some fields replaced, wherever among its concerns they stand.

    Raises
    ------
    ValueError
        If there is no such field, naming those there are, or a value does not fit.
    """
    known = field_values(config)
    unknown = [name for name in changes if name not in known]
    if unknown:
        valid = ", ".join(name for name in known if name not in FIXED)
        raise ValueError(f"There is no field {unknown[0]!r}; there are {valid}.")
    return _replace_fields(config, changes)


def _replace_fields(config: Any, changes: Mapping[str, Any]) -> Any:
    """Replace fields here and in the dataclasses below."""
    news: dict[str, Any] = {}
    for item in fields(config):
        value = getattr(config, item.name)
        if is_dataclass(value):
            news[item.name] = _replace_fields(value, changes)
        elif item.name in changes:
            news[item.name] = changes[item.name]
    return replace(config, **news)


def with_settings(config: TrainingConfig, settings: Mapping[str, str]) -> TrainingConfig:
    """A config with some fields given as text: numbers, true or false, 'a,b', 'key:1,other:2'.

    Raises
    ------
    ValueError
        If a field is unknown, or its text is not of its type.
    """
    known = {name: value for name, value in field_values(config).items() if name not in FIXED}
    values = {
        name: _parse(name, text, known[name]) if name in known else text
        for name, text in settings.items()
    }
    fixed = [name for name in values if name in FIXED]
    if fixed:
        raise ValueError(f"{fixed[0]} names the preset and cannot be set.")
    return replace_fields(config, **values)


def _parse(name: str, text: str, present: Any) -> Any:
    """Text to the type of a field's present value."""
    try:
        if isinstance(present, bool):
            return {"true": True, "false": False}[text.lower()]
        if isinstance(present, tuple):
            kind = {"validation_alphas": float, "head_start": str}.get(name, int)
            return tuple(kind(item) for item in text.split(",") if item)
        if isinstance(present, Mapping):
            items = (item.rsplit(":", 1) for item in text.split(",") if item)
            return {key: _number(value) for key, value in items}
        return type(present)(text)
    except (ValueError, KeyError):
        form = _FORMS.get(type(present), type(present).__name__)
        raise ValueError(f"{name} is {form}, not {text!r}.") from None


_FORMS: Mapping[type, str] = types.MappingProxyType(
    {
        bool: "true or false",
        int: "a whole number",
        float: "a number",
        tuple: "numbers with commas between",
        dict: "NAME:NUMBER pairs with commas between",
    }
)


def _number(text: str) -> float | int | bool:
    """A whole number where it is one; 'true' and 'false' too."""
    if text in ("true", "false"):
        return text == "true"
    return int(text) if text.lstrip("-").isdigit() else float(text)
