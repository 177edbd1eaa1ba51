"""The page in English."""

from demo.text.words import Words

LABELS = {
    "add": "Add",
    "after": "Right",
    "alpha": "α: 0 is faithful, 1 is vivid",
    "alpha_help": "How two networks are mixed: at 0 the faithful one alone, at 1 the vivid one",
    "before": "Left",
    "best": "Best α for region",
    "best_button": "Best α for region {region}: RMSE ≤ {limit}",
    "best_in": "Best α in region {region}: {answer}",
    "bound": "curve, 99 % within {p99} grey levels",
    "box": "Window: drag it, or move it with the arrow keys",
    "brush": "Brush",
    "brush_alpha": "Brush α",
    "brush_help": "Paint α by region: texture here, fidelity there",
    "busy": "The server is busy; your picture is kept.",
    "caution": ("Detail here is plausible, not real: do not identify people or read text from it."),
    "choose": "Choose a picture",
    "compare": "Compare",
    "compare_help": "Shrink the picture, rebuild it, measure against the original",
    "comparison": "Comparison figure",
    "comparison_help": "The whole picture with the window, and the crops with their figures",
    "difference": "Difference",
    "difference_help": "Difference between ESRGAN(α) and each other crop, amplified eight times",
    "distortion": "RMSE (luma, grey levels)",
    "drop_here": "Drop it to open it",
    "drop_or_paste": "… or drop or paste one anywhere: JPEG, PNG, WebP, up to {megabytes} MB.",
    "enlarge": "Enlarge",
    "enlarge_by": "Enlarge ×{scale}",
    "enlarge_help": "Enlarge the picture itself",
    "exact": "exact",
    "examples": "Examples",
    "export": "Download at full size",
    "failed": "The server could not finish this; your picture is kept.",
    "faithful": "Faithful (blurrier)",
    "fit": "Fit",
    "found_connection": "The connection is back.",
    "growing": "curve, first approximation",
    "hold": "Hold to see before",
    "hold_help": "While you hold, show bicubic instead of ESRGAN, in the whole window",
    "how": "How the numbers are measured",
    "how_compare": (
        "Measured on this crop only; zooming does not change the numbers. PSNR, SSIM and RMSE: "
        "BT.601 studio luma, without a border of {border_px} px; RMSE in grey levels. PI proxy: "
        "estimate of the perceptual index, ± {proxy_error}. NIQE: with the public model."
    ),
    "how_enlarge": (
        "Measured on this crop only; zooming does not change the numbers. LR-PSNR: the result, "
        "reduced again by MATLAB's bicubic, compared with your picture; BT.601 studio luma, "
        "without a border of {lr_border_px} px. PI proxy: estimate of the perceptual index, "
        "± {proxy_error}. NIQE: with the public model."
    ),
    "image_path": "image interpolation",
    "lent": "live from the network",
    "lost": "A picture has expired: move the window to compute it again.",
    "lost_connection": (
        "The connection is lost: the slider still works with the results that have arrived, and "
        "the page continues by itself when the server answers again."
    ),
    "metric_lr_psnr": "LR-PSNR",
    "metric_niqe": "NIQE",
    "metric_perceptual_index": "PI proxy",
    "metric_psnr_y": "PSNR",
    "metric_rmse_y": "RMSE",
    "metric_ssim_y": "SSIM",
    "mode": "Mode",
    "network_path": "network interpolation",
    "no_webgl": "This browser has no WebGL: the page blends on a 2D canvas, to the same numbers.",
    "none": "no α qualifies",
    "nothing": "not computed",
    "pause": "Pause",
    "perception": "perceptual index (proxy, ± {proxy_error})",
    "plane": "Perception and distortion of the window",
    "plane_help": "Distortion to the right, perceptual index upward; lower is better in both",
    "plane_paths": (
        "Shaded: the error of the proxy. At equal RMSE, image interpolation, which mixes the two "
        "networks' pictures, reaches a lower index; network interpolation has the higher SSIM."
    ),
    "play": "Play",
    "play_help": "Move α from 0 to 1 and back",
    "privacy": (
        "Your picture stays on this server until about an hour after you last used it; Clear "
        "removes it at once. It is not used for training, and is seen by no other visitor."
    ),
    "quality_help": (
        "Exact: the network's own output at this α. Curve: a blend of up to nine exact outputs, "
        "with its measured error."
    ),
    "region": "region {region}",
    "reset": "Reset",
    "save_map": "Save map",
    "save_map_help": "The α map as a grey PNG, for --alpha-map on the command line",
    "side": "Side by side",
    "size": "Size",
    "size_compare": "{width} × {height} → {small_width} × {small_height} → back",
    "size_enlarge": "{small_width} × {small_height} → {width} × {height}",
    "small_window": (
        "This window is {side} px at its short side, too small for the perceptual index: choose a "
        "picture that gives {least_px} px."
    ),
    "soft": "Softness",
    "split": "Split",
    "split_handle": "Position of the split",
    "tip_lr_psnr": (
        "The result, reduced again, compared with your picture, in decibels: higher = closer to it."
    ),
    "tip_niqe": "How natural it looks, judged without an original: lower = more natural-looking.",
    "tip_perceptual_index": (
        "Perceptual index (PI), estimated without an original: lower = more natural-looking."
    ),
    "tip_psnr_y": "Peak signal-to-noise ratio, in decibels: higher = closer to the original.",
    "tip_rmse_y": "Root mean square error, in grey levels of 255: lower = closer to the original.",
    "tip_ssim_y": "Similarity of structures, at most 1: higher = closer to the original.",
    "title": "ESRGAN – from faithful to vivid",
    "too_large": "This file is over the limit of {megabytes} MB.",
    "try_again": "Try again",
    "undo": "Undo",
    "upload_failed": "The upload failed: try again.",
    "uploading": "Uploading …",
    "view": "View",
    "vivid": "Vivid (invented detail)",
    "waiting": "Computing …",
    "window": "Window",
    "window_help": "Side of the window, in pixels of the result",
    "working": "Rebuilding …",
    "whole": "The whole picture, α {alpha}",
    "whole_after": "After: the network",
    "whole_before": "Before: bicubic",
    "whole_ready": "The whole picture is shown below the crops, before and after.",
    "zoom": "Zoom: wheel, pinch, + and −; move: drag, Shift and arrows; fit: double-click, 0",
    "clear": "Clear",
    "clear_help": "Remove your pictures from the server and go back to the first example",
    "copied": "The picture is on the clipboard.",
    "copy": "Copy picture",
    "copy_help": "Copy the slider's picture, this window, to the clipboard",
    "format": "Format",
    "format_help": "PNG: without loss. JPEG: smaller, 8 bits, on white where it is translucent.",
    "link": "Copy link",
    "link_copied": "The link is on the clipboard.",
    "link_help": "A link to this example with these networks, this α and this window",
    "link_of_own": (
        "A link cannot hold a picture or networks of your own: links work with examples and named "
        "networks."
    ),
    "more": "More",
    "no_clipboard": "The browser does not let this page write to the clipboard.",
}
PAGE = {
    "intro": """# Enlarge a picture, and choose how much detail to invent

**α** mixes two networks: at 0 the result is faithful but blurry, at 1 vivid, with detail that the
network invents.
""",
    "about_title": "About: numbers, privacy, licences",
    "about": """
- **Compare** shrinks your picture as much as the networks enlarge, rebuilds it, and measures
  against the original. **Enlarge** enlarges the picture itself; there is nothing to measure
  against, so the result is reduced again and compared with the input (LR-PSNR). Networks that
  keep the size (×1) have no Compare.
- **PSNR** and **SSIM**: closeness to the original, higher is better; **RMSE**: distance from
  it, lower is better. **NIQE**: how natural a picture looks, lower is better; with the public
  model of the LIVE laboratory (University of Texas at Austin), on rounded luma, as in papers.
- **PI proxy**: an estimate of the perceptual index of the PIRM 2018 challenge, lower is better,
  with its error: half of the index comes from a model that is not free to ship.
- **The plane** of distortion and perception: left is faithful, down is natural. Its regions are
  those of PIRM 2018, whose limits are meant for the mean of a data set enlarged ×4: for one
  window, or another scale, they are only a guide. The best α is searched in steps of 0.1.
- While α moves you see the **curve**, a blend of up to nine exact outputs whose measured error
  is shown under the picture; when it rests, the network's own output, **exact**. A download is
  exact, except a brushed one, for which no single network exists.
- **What to be careful about**: the networks invent detail. It is plausible, not real: do not
  identify people, or read number plates, text or medical pictures from it.
- **Privacy**: your picture stays on this server until about an hour after you last used it; Clear
  removes it at once. It is not used for training, and is seen by no other visitor.
- **Papers**: [ESRGAN and network interpolation](https://arxiv.org/abs/1809.00219),
  [deep network interpolation](https://arxiv.org/abs/1811.10515),
  [PIRM 2018](https://arxiv.org/abs/1809.07517),
  [perception and distortion](https://arxiv.org/abs/1711.06077).
- **Licences**: the page's own networks are small ones trained by us, for research and education
  only; published ones keep their authors' licences, shown before a download. The example photos
  are in the public domain or CC0; the charts are drawn here. The code is under the Apache License
  2.0.
- **Versions**: esrgan {package}, Gradio {gradio}, PyTorch {torch}, on {device}.
""",
    "networks_title": "Other networks on the slider",
    "networks": (
        "A published pair is downloaded once and checked against its published hash. Two files of "
        "your own (.safetensors or .pth) make a pair when one was trained from the other."
    ),
    "pair": "Networks on the slider",
    "own_psnr": "PSNR-oriented end (α = 0)",
    "own_gan": "GAN end (α = 1)",
    "download": "Download",
    "use_own": "Use these two",
    "cancel": "Cancel",
    "batch_title": "Many pictures at once",
    "batch": "Every picture is enlarged with the slider's networks and α, and goes into one zip.",
    "batch_files": "Pictures",
    "batch_folder": "A folder",
    "batch_start": "Enlarge all",
    "batch_failures": "Not enlarged",
}
SERVER = {
    "drawing": "Drawing the figure …",
    "drawn": "Save {name}",
    "progress": "Computing … {done} of {total} tiles",
    "lossy": "JPEG, 8 bits, no opacity",
    "ready": "Save {name} ({width} × {height}, {quality}, {seconds:.1f} s)",
    "transfer": "Downloading … {done:.0f} of {total:.0f} MB",
    "batch_progress": "{done} of {total} · {name} · tile {tile} of {tiles}",
    "batch_ready": "Save enlarged.zip ({done} of {total} pictures)",
}
ENGLISH = Words(LABELS, PAGE, SERVER, told={})
