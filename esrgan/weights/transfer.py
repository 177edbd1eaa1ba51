"""HTTP downloads that resume where they were interrupted."""

import http.client
import urllib.error
import urllib.request
from collections.abc import Iterator
from io import FileIO
from pathlib import Path
from urllib.parse import urlsplit

CHUNK = 1 << 18
TIMEOUT_SECONDS = 30
MOST_ATTEMPTS = 5
RANGE_NOT_SATISFIABLE = 416
PARTIAL_CONTENT = 206


class _HttpsStaysHttps(urllib.request.HTTPRedirectHandler):
    """Follows a redirection unless it leaves encryption."""

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
    """Complete a partial file from a URL; yields the number of bytes that it has.

    What is there already is kept and the rest asked for. A connection that breaks is taken up
    again as long as each attempt brings something.

    Parameters
    ----------
    limit
        Number of bytes at which reading stops, whatever the server still has.

    Raises
    ------
    ValueError
        If the server refuses or cannot be reached, or the connection breaks; `partial` then holds
        what came, for another call.
    """
    for attempt in range(1, MOST_ATTEMPTS + 1):
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
            if attempt == MOST_ATTEMPTS or _size(partial) <= before:
                raise ValueError(_interrupted(url, partial, error)) from None


def _attempt(url: str, partial: Path, limit: int) -> Iterator[int]:
    """One request for what is missing."""
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
            while done < limit and (chunk := response.read1(CHUNK)):
                done += _store(file, chunk)
                yield done
    if done >= limit:
        return
    if total is not None and done < total:
        raise ConnectionError(f"{done:,} of {total:,} bytes came")


def _store(file: FileIO, chunk: bytes) -> int:
    """Write a whole piece; a disk that refuses is not a broken connection."""
    written = 0
    try:
        while written < len(chunk):
            written += file.write(chunk[written:])
    except OSError as error:
        name = Path(str(file.name)).name
        raise ValueError(f"{name} cannot be stored: {error.strerror}.") from None
    return written


def _size(partial: Path) -> int:
    """Bytes that are there."""
    return partial.stat().st_size if partial.exists() else 0


def _interrupted(url: str, partial: Path, error: Exception) -> str:
    """What happened to the connection, and what to do."""
    host, reason = urlsplit(url).netloc, getattr(error, "reason", None) or error
    if kept := _size(partial):
        return f"The connection to {host} broke ({reason}); {kept:,} bytes are kept: run it again."
    return f"{host} cannot be reached ({reason}): check the network and run it again."
