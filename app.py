"""Open the page: `python app.py`, or a Hugging Face Space."""

from demo import warm
from demo.layout import build, launch_options

demo = build()

if __name__ == "__main__":
    warm.beside()
    demo.launch(**launch_options())
