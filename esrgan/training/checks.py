"""Checks that the dataclasses of a configuration share."""


def check_choice(name: str, value: str, known: tuple[str, ...]) -> None:
    """Refuse an unknown value, naming the known ones."""
    if value not in known:
        raise ValueError(f"{name} is one of {', '.join(known)}, not {value!r}.")


def check_at_least(smallest: float, **values: float) -> None:
    """Refuse values below a minimum, naming the first."""
    for name, value in values.items():
        if not value >= smallest:
            raise ValueError(f"{name} must be at least {smallest:g}, not {value:g}.")
