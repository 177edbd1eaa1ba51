"""Open the page: `python app.py`, or a Hugging Face Space."""

from esrgan.threads import share_processor

share_processor()  # before PyTorch is loaded

from demo import store, warm  # noqa: E402
from demo.layout import build, launch_options  # noqa: E402

demo = build()

if __name__ == "__main__":
    store.keep_swept()
    warm.beside()
    demo.launch(**launch_options())
