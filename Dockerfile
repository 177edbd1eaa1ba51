FROM python:3.12-slim

RUN useradd --create-home page
WORKDIR /home/page/app

# The packages change rarely: a layer of their own, with PyTorch for the CPU.
COPY requirements.txt .
RUN pip install --no-cache-dir --extra-index-url https://download.pytorch.org/whl/cpu \
    -r requirements.txt

COPY --chown=page . .
USER page
ENV ESRGAN_CACHE=/home/page/cache \
    GRADIO_SERVER_NAME=0.0.0.0 \
    GRADIO_SERVER_PORT=7860 \
    PYTHONDONTWRITEBYTECODE=1
# The examples are rebuilt here, so that the first visitor finds the slider live.
RUN python -m demo.warm

EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD \
    ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['GRADIO_SERVER_PORT'], timeout=4)"]
CMD ["python", "app.py"]
