"""Names of architectures that earlier versions of this package wrote into files."""

from collections.abc import Collection


def current_architecture(written: str, keys: Collection[str]) -> str:
    """Translate the name of an architecture as a file states it to the present name.

    Earlier versions called SRResNet 'srresnet-bn' and MSRResNet, which has no batch normalisation
    after its body, 'srresnet'.

    Parameters
    ----------
    written
        Name of an architecture in a file of any version.
    keys
        Keys of the network's state dict in that file.

    Returns
    -------
    str
        A key of `esrgan.models.ARCHITECTURES`, or `written` itself if it never was one.

    Examples
    --------
    >>> current_architecture("srresnet-bn", ["conv_first.weight", "bn_body.weight"])
    'srresnet'
    >>> current_architecture("srresnet", ["conv_first.weight", "body.0.conv1.weight"])
    'msrresnet'
    """
    if written == "srresnet-bn":
        return "srresnet"
    if written == "srresnet" and not any(key.startswith("bn_body.") for key in keys):
        return "msrresnet"
    return written
