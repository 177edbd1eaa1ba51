"""HTTP downloads that resume where they were interrupted."""

import http.client
import urllib.error
import urllib.request
from collections.abc import Iterator
from io import FileIO
from pathlib import Path
from urllib.parse import urlsplit

CHUNK_BYTES = 1 << 18
TIMEOUT_SECONDS = 30
MAX_ATTEMPTS = 5
RANGE_NOT_SATISFIABLE = 416
PARTIAL_CONTENT = 206


class _HttpsStaysHttps(urllib.request.HTTPRedirectHandler):
    """Follows redirections, but not from HTTPS to HTTP."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: object,
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        if req.type == "https" and urlsplit(newurl).scheme != "https":
            raise ValueError(f"{req.host} redirects to an unencrypted address; nothing was read.")
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # pyright: ignore


def fetch(url: str, partial: Path, *, limit: int) -> Iterator[int]:
    """Download the missing end of a partial file; yields the number of bytes that it has.

    A broken connection is made again as long as each attempt adds some bytes.

    Parameters
    ----------
    partial
        File that holds the first bytes, none yet, or does not exist.
    limit
        Number of bytes at which reading stops, even if the server has more.

    Raises
    ------
    ValueError
        If the server refuses or cannot be reached, or the connection breaks; `partial` then keeps
        the bytes received, for another call.
    """
    for attempt in range(1, MAX_ATTEMPTS + 1):
        before = _size(partial)
        try:
            yield from _attempt(url, partial, limit)
            return
        except urllib.error.HTTPError as error:
            with error:
                if error.code == RANGE_NOT_SATISFIABLE:
                    return
                host = urlsplit(url).netloc
                raise ValueError(f"{host} answered '{error.code} {error.reason}'.") from None
        except (OSError, http.client.HTTPException) as error:
            if attempt == MAX_ATTEMPTS or _size(partial) <= before:
                raise ValueError(_interrupted(url, partial, error)) from None


def _attempt(url: str, partial: Path, limit: int) -> Iterator[int]:
    """Make one request for the missing bytes and append them."""
    done = _size(partial)
    request = urllib.request.Request(url, headers={"User-Agent": "esrgan"})
    if done:
        request.add_header("Range", f"bytes={done}-")
    opener = urllib.request.build_opener(_HttpsStaysHttps)
    with opener.open(request, timeout=TIMEOUT_SECONDS) as response:
        if response.status != PARTIAL_CONTENT:
            done = 0
        elif not response.headers.get("Content-Range", "").startswith(f"bytes {done}-"):
            raise ValueError(f"{urlsplit(url).netloc} resumed at another place than asked.")
        length = response.headers.get("Content-Length")
        total = done + int(length) if length else None
        with partial.open("ab" if done else "wb", buffering=0) as file:
            while done < limit and (chunk := response.read1(CHUNK_BYTES)):
                done += _store(file, chunk)
                yield done
    if done >= limit:
        return
    if total is not None and done < total:
        raise ConnectionError(f"{done:,} of {total:,} bytes came")


def _store(file: FileIO, chunk: bytes) -> int:
    """Write all bytes of a chunk; a full disk raises `ValueError`, so that nothing is retried."""
    written = 0
    try:
        while written < len(chunk):
            written += file.write(chunk[written:])
    except OSError as error:
        name = Path(str(file.name)).name
        raise ValueError(f"{name} cannot be stored: {error.strerror}.") from None
    return written


def _size(partial: Path) -> int:
    """Number of bytes in a partial file; 0 if it does not exist."""
    return partial.stat().st_size if partial.exists() else 0


def _interrupted(url: str, partial: Path, error: Exception) -> str:
    """Error message: what happened to the connection, and what to do."""
    host, reason = urlsplit(url).netloc, getattr(error, "reason", None) or error
    if num_bytes := _size(partial):
        kept = f"{num_bytes:,} bytes are kept"
        return f"The connection to {host} broke ({reason}); {kept}: run it again."
    return f"{host} cannot be reached ({reason}): check the network and run it again."
