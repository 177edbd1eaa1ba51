"""Open the page: `python app.py`, or a Hugging Face Space."""

from demo import store, warm
from demo.layout import build, launch_options

demo = build()

if __name__ == "__main__":
    store.keep_swept()
    warm.beside()
    demo.launch(**launch_options())
