"""Reading and replacing fields of a run's nested configuration by their names, also from text."""

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from esrgan.training.config import TrainingConfig

FIXED = ("preset", "section")
"""Fields that identify a preset; `with_settings` refuses to set them."""


def field_values(config: Any) -> dict[str, Any]:
    """Every field of a dataclass and of those nested in it, by name; the names are unique."""
    values: dict[str, Any] = {}
    for item in fields(config):
        value = getattr(config, item.name)
        values |= field_values(value) if is_dataclass(value) else {item.name: value}
    return values


def replace_fields(config: Any, **changes: Any) -> Any:
    """A configuration with some fields replaced, its own or those of dataclasses nested in it.

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
    """Replace the named fields of a dataclass and of those nested in it."""
    values: dict[str, Any] = {}
    for item in fields(config):
        value = getattr(config, item.name)
        if is_dataclass(value):
            values[item.name] = _replace_fields(value, changes)
        elif item.name in changes:
            values[item.name] = changes[item.name]
    return replace(config, **values)


def with_settings(config: TrainingConfig, settings: Mapping[str, str]) -> TrainingConfig:
    """A configuration with some fields given as text.

    A number or a name stands for itself; the other forms are 'true' and 'false', 'a,b' for a list
    and 'key:1,other:2' for a table.

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
    """A field's value from text, in the type of its present value."""
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


def text_of(value: Any) -> str:
    """A field's value in the form that `with_settings` reads."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    if isinstance(value, Mapping):
        return ",".join(f"{key}:{text_of(item)}" for key, item in value.items())
    return str(value)


def _number(text: str) -> float | int | bool:
    """A value of a table: true, false, a whole number or a fraction."""
    if text in ("true", "false"):
        return text == "true"
    return int(text) if text.lstrip("-").isdigit() else float(text)
