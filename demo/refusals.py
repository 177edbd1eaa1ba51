"""Sentences with which the page itself refuses a request, in English."""

UNFORESEEN = "The server could not finish this: try again."
GONE = "The picture is no longer on this server: open it again."
BROKEN_REQUEST = "The page sent something that is not understood: reload it."
TOO_LARGE_TO_EXPORT = (
    "Whole pictures are enlarged here up to {limit} megapixels; the command line has no such limit."
)
TOO_SMALL_TO_COMPARE = "Compare needs a picture of at least {scale} px a side: switch to Enlarge."
KEEPS_THE_SIZE = "These networks keep the size (×1), so there is nothing to compare with."
NO_PICTURES = "Choose between one and {most} pictures first."
NO_GPU = "No GPU is free for you now: the small networks continue on the CPU."
BROKEN_LINK = "Part of this link is not known here; the default is shown instead."
LOST_UPLOAD = "The upload was lost: try again."
UNKNOWN_PAIR = "There is no pair {name} here."
NEEDS_TWO_FILES = "A pair needs two files: the PSNR-oriented end and the GAN end."
NO_DOWNLOAD = "{name} is not a pair that can be downloaded here."
PUT_AWAY = "Too many pictures are open here, so this one was closed: open it again."
SHRUNK = "A smaller window is used: the curve of a larger one would be over 12 MB here."
