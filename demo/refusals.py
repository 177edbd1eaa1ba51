"""Sentences with which the page itself refuses a request, in English."""

IDLE = "The page was idle for an hour: open the picture again."
BROKEN_REQUEST = "The page sent something that is not understood: reload it."
TOO_LARGE_TO_EXPORT = (
    "Whole pictures are enlarged here up to 2 megapixels; the command line has no such limit."
)
TOO_SMALL_TO_COMPARE = "Compare needs a picture of at least 4 px a side: switch to Enlarge."
LOST_UPLOAD = "The upload was lost: try again."
UNKNOWN_PAIR = "There is no pair {name} here."
NEEDS_TWO_FILES = "A pair needs two files: the PSNR-oriented end and the GAN end."
NO_DOWNLOAD = "{name} is not a pair that can be downloaded here."
WRONG_SCALE = (
    "This pair enlarges by {scale}; the page shows pairs that enlarge by {shown}. The command "
    "line takes any."
)
