"""How programs name the layers of the same networks: a dialect is a table of names.

A name may hold the counters `{block}` and `{group}` and the totals `{num_blocks}` and
`{num_groups}`; every layer has a weight and a bias. To teach another dialect, add its table.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

COUNTERS = ("group", "block")
MEAN_SHIFT_KEYS = ("sub_mean.weight", "sub_mean.bias", "add_mean.weight", "add_mean.bias")


@dataclass(frozen=True)
class Dialect:
    """One program's names for the layers of one architecture.

    Attributes
    ----------
    layers
        Our name of a layer → theirs.
    value_range
        Largest pixel value that its networks are trained on: 1 or 255.
    has_mean_shift
        Whether the mean shift is stored, as two 1x1 convolutions.
    wrapper
        Key under which its files hold the state, or '' where they hold it bare.
    """

    name: str
    architecture: str
    layers: Mapping[str, str]
    value_range: int = 1
    has_mean_shift: bool = False
    wrapper: str = ""

    def counts(self, keys: Collection[str]) -> dict[str, int]:
        """How many distinct groups and blocks the keys number: at least one, at most the keys."""
        seen: dict[str, set[str]] = {name: {"0"} for name in COUNTERS}
        for key in keys:
            for pattern in _patterns(tuple(self.layers.values())):
                if match := pattern.fullmatch(key):
                    for name, index in match.groupdict().items():
                        seen[name].add(index)
        groups = len(seen["group"])
        return {"group": groups, "block": min(len(seen["block"]), 1 + len(keys) // groups)}

    def keys(self, counts: Mapping[str, int]) -> dict[str, str]:
        """Every key of theirs → ours, for so many groups and blocks."""
        return {
            f"{theirs}.{kind}": f"{ours}.{kind}"
            for ours_name, theirs_name in self.layers.items()
            for ours, theirs in _numbered(ours_name, theirs_name, counts)
            for kind in ("weight", "bias")
        }

    def extra_keys(self) -> tuple[str, ...]:
        """Keys of theirs that hold no trained value."""
        return MEAN_SHIFT_KEYS if self.has_mean_shift else ()


@cache
def _patterns(names: tuple[str, ...]) -> list[re.Pattern[str]]:
    """Expressions that find the counters in keys."""
    patterns: list[re.Pattern[str]] = []
    for name in names:
        if any(f"{{{counter}}}" in name for counter in COUNTERS):
            text = re.escape(name)
            for counter in COUNTERS:
                text = text.replace(rf"\{{{counter}\}}", rf"(?P<{counter}>\d{{1,4}})")
            text = re.sub(r"\\\{num_\w+\\\}", r"\\d{1,4}", text)
            patterns.append(re.compile(text + r"\.(?:weight|bias)"))
    return patterns


def _numbered(ours: str, theirs: str, counts: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """A layer's names in both dialects, for every value of the counters in it."""
    totals = {f"num_{name}s": count for name, count in counts.items()}
    for group in range(counts["group"] if "{group}" in ours else 1):
        for block in range(counts["block"] if "{block}" in ours else 1):
            values = {"group": group, "block": block, **totals}
            yield ours.format(**values), theirs.format(**values)


def exponent(our_key: str) -> int:
    """Power of the value range by which a value in [0, 255] differs from one in [0, 1].

    A network of convolutions, ReLUs and residuals that reads 255 times as much gives 255 times as
    much once its biases are 255 times as large. The sigmoid of channel attention must still see
    the same numbers, so there the first convolution's weights make up for it.
    """
    if ".attention." in our_key:
        return -1 if our_key.endswith("attention.conv1.weight") else 0
    return 1 if our_key.endswith(".bias") else 0


def _rrdbnet(body: str, tail: Mapping[str, str], first: str = "conv_first") -> dict[str, str]:
    """Names of an RRDBNet; `body` is formatted with {dense} and {conv} and keeps {block}."""
    convolutions = {
        f"body.{{block}}.rdb{dense}.conv{conv}": body.replace("{dense}", str(dense)).replace(
            "{conv}", str(conv)
        )
        for dense in range(1, 4)
        for conv in range(1, 6)
    }
    return {"conv_first": first, **convolutions, **tail}


def _same(*names: str) -> dict[str, str]:
    """Names that both sides share."""
    return {name: name for name in names}


def _rrdbnets(num_doublings: int) -> Iterator[Dialect]:
    """The three dialects of an RRDBNet with two (×1, ×2, ×4) or three (×8) doublings."""
    ups = range(1, num_doublings + 1)
    last = 3 * num_doublings
    basicsr = _same("conv_body", *(f"conv_up{up}" for up in ups), "conv_hr", "conv_last")
    esrgan = {f"conv_up{up}": f"upconv{up}" for up in ups}
    esrgan |= {"conv_body": "trunk_conv", "conv_hr": "HRconv", "conv_last": "conv_last"}
    old = {f"conv_up{up}": f"model.{3 * up}" for up in ups}
    old |= {"conv_body": "model.1.sub.{num_blocks}"}
    old |= {"conv_hr": f"model.{last + 2}", "conv_last": f"model.{last + 4}"}
    names = _rrdbnet("body.{block}.rdb{dense}.conv{conv}", basicsr)
    yield Dialect("basicsr", "rrdbnet", names, wrapper="params")
    names = _rrdbnet("RRDB_trunk.{block}.RDB{dense}.conv{conv}", esrgan)
    yield Dialect("esrgan", "rrdbnet", names)
    names = _rrdbnet("model.1.sub.{block}.RDB{dense}.conv{conv}.0", old, "model.0")
    yield Dialect("old", "rrdbnet", names)


def _srresnets() -> Iterator[Dialect]:
    """The dialects of an SRResNet without batch normalisation."""
    blocks = [f"body.{{block}}.conv{conv}" for conv in (1, 2)]
    ends = _same("conv_first", "conv_last")
    upsampling = {f"conv_up{up}": f"upconv{up}" for up in (1, 2)}
    basicsr = ends | _same(*blocks, "conv_hr") | upsampling
    yield Dialect("basicsr", "srresnet", basicsr, wrapper="params")
    kair = {name: name.replace("body", "recon_trunk") for name in blocks}
    yield Dialect("esrgan", "srresnet", ends | kair | upsampling | {"conv_hr": "HRconv"})
    names = _same("conv_first", *blocks, "conv_up1", "conv_up2", "conv_hr", "conv_last")
    yield Dialect("native", "srresnet", names)


def _shuffled(num_upsamplings: int) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Head, end and pixel shuffles of EDSR and RCAN: ours, BasicSR's, EDSR-PyTorch's."""
    ups = range(num_upsamplings)
    native = _same("conv_first", "conv_body", *(f"upsample.{up}" for up in ups), "conv_last")
    basicsr = _same("conv_first", "conv_last") | {"conv_body": "conv_after_body"}
    basicsr |= {f"upsample.{up}": f"upsample.{2 * up}" for up in ups}
    torch = {"conv_first": "head.0", "conv_last": "tail.1"}
    torch |= {f"upsample.{up}": f"tail.0.{2 * up}" for up in ups}
    return native, basicsr, torch


def _edsrs(num_upsamplings: int) -> Iterator[Dialect]:
    """The dialects of an EDSR."""
    blocks = [f"body.{{block}}.conv{conv}" for conv in (1, 2)]
    native, basicsr, torch = _shuffled(num_upsamplings)
    yield Dialect("native", "edsr", native | _same(*blocks))
    yield Dialect("basicsr", "edsr", basicsr | _same(*blocks), value_range=255, wrapper="params")
    torch |= {blocks[0]: "body.{block}.body.0", blocks[1]: "body.{block}.body.2"}
    torch |= {"conv_body": "body.{num_blocks}"}
    yield Dialect("edsr-pytorch", "edsr", torch, value_range=255, has_mean_shift=True)


def _rcans(num_upsamplings: int) -> Iterator[Dialect]:
    """The dialects of an RCAN."""
    layers = ("conv1", "conv2", "attention.conv1", "attention.conv2")
    blocks = [f"body.{{group}}.blocks.{{block}}.{layer}" for layer in layers]
    native, basicsr, torch = _shuffled(num_upsamplings)
    yield Dialect("native", "rcan", native | _same(*blocks, "body.{group}.conv"))
    theirs = ("rcab.0", "rcab.2", "rcab.3.attention.1", "rcab.3.attention.3")
    basicsr |= _same("body.{group}.conv")
    for ours, name in zip(blocks, theirs, strict=True):
        basicsr[ours] = f"body.{{group}}.residual_group.{{block}}.{name}"
    yield Dialect("basicsr", "rcan", basicsr, value_range=255, wrapper="params")
    theirs = ("body.0", "body.2", "body.3.conv_du.0", "body.3.conv_du.2")
    for ours, name in zip(blocks, theirs, strict=True):
        torch[ours] = f"body.{{group}}.body.{{block}}.{name}"
    torch |= {"body.{group}.conv": "body.{group}.body.{num_blocks}"}
    torch |= {"conv_body": "body.{num_groups}"}
    yield Dialect("edsr-pytorch", "rcan", torch, value_range=255, has_mean_shift=True)


DIALECTS: tuple[Dialect, ...] = (
    *_rrdbnets(2),
    *_rrdbnets(3),
    *_srresnets(),
    *(dialect for num_upsamplings in (1, 2, 3) for dialect in _edsrs(num_upsamplings)),
    *(dialect for num_upsamplings in (1, 2, 3) for dialect in _rcans(num_upsamplings)),
)
NAMES = tuple(dict.fromkeys(dialect.name for dialect in DIALECTS))
