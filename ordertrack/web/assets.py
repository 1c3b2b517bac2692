"""Static files under an address that changes with their content, compressed beforehand, cached for ever."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import tempfile
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, g, jsonify, make_response, request
from markupsafe import Markup
from whitenoise import WhiteNoise
from whitenoise.compress import Compressor

from ordertrack.database.config import ROOT

STATIC = ROOT / "static"
_INLINED = (
    "bundles/js/core/theme.js",
    "bundles/js/core/page_theme.js",
    "bundles/js/core/cannot_run.js",
    "bundles/css/entry/kitchen.css",
    "bundles/css/entry/dispatch.css",
    "bundles/css/entry/tracking.css",
)
WORKERS = {"boards": "bundles/js/offline/worker.js", "push": "bundles/js/push/worker.js"}
"""Service workers: each has an address of its own, which says for which pages it may speak."""


OTHERS_KEPT = 2
_IS_BUILD = re.compile(r"[0-9a-f]{16}", re.ASCII).fullmatch


class SetUpMissing(RuntimeError):
    """What the set-up makes is not there; the message says what to run."""


def init_app(app: Flask) -> None:
    """Serve `static/` as built for its present content; templates name a file with `static_url(name)`.

    The hash stands in the folder of the address and covers all files, so that a module or style sheet
    may name its neighbour and still never meets a stale one. Builds of other versions are served
    beside it. Raises SetUpMissing where there are no bundles.
    """
    if not all((STATIC / name).exists() for name in (*_INLINED, *WORKERS.values())):
        raise SetUpMissing("The pages' bundles are not built. Run: make static/bundles/done")
    folder = lay_out(app.config["SETTINGS"].data_folder)
    prefix = f"/static/{folder.name}/"
    served = _Builds(app.wsgi_app, folder.parent)
    app.wsgi_app = served  # type: ignore[method-assign]
    app.extensions["static_prefix"] = prefix
    app.jinja_env.globals["static_url"] = lambda name: prefix + name
    app.extensions["inlined"] = {name: (folder / name).read_text().strip() for name in _INLINED}
    app.jinja_env.globals["inlined"] = _inline
    app.jinja_env.globals["root_style"] = _root_style
    app.extensions["workers"] = {name: (folder / file).read_text() for name, file in WORKERS.items()}
    app.extensions["sources"] = {name: _source_of(text) for name, text in app.extensions["inlined"].items()}


def lay_out(data_folder: Path) -> Path:
    """The folder of this version's files, made if need be; the last two of other versions are kept."""
    folder = data_folder / "static" / _content_hash(STATIC)
    if not folder.exists():
        _build(folder)
    os.utime(folder)  # by which the last ones are known
    others = [each for each in _builds(folder.parent) if each != folder]
    for old in sorted(others, key=lambda each: each.stat().st_mtime, reverse=True)[OTHERS_KEPT:]:
        shutil.rmtree(old, ignore_errors=True)
    return folder


def _builds(parent: Path) -> list[Path]:
    return [each for each in parent.iterdir() if _IS_BUILD(each.name)]


class _Builds(WhiteNoise):  # type: ignore[misc]
    """Serves this version's files, and those of others that lie beside it.

    A page that is open since before an upgrade loads some scripts late, and one of a newer version may ask
    the older of two servers behind a proxy: what is laid out meanwhile is found when it is asked for.
    """

    def __init__(self, application: Any, parent: Path) -> None:
        super().__init__(
            application,
            immutable_file_test=lambda _path, url: url.startswith("/static/"),
            allow_all_origins=False,  # no other site has anything to do with these files
        )
        self._parent = parent
        self._added: set[str] = set()
        for build in _builds(parent):
            self._add(build.name)

    def __call__(self, environ: Any, start_response: Any) -> Any:
        version = environ.get("PATH_INFO", "").removeprefix("/static/").partition("/")[0]
        if version not in self._added and _IS_BUILD(version) and (self._parent / version).is_dir():
            self._add(version)
        try:
            return super().__call__(environ, start_response)
        except FileNotFoundError:  # of a build that has been removed since
            return self.application(environ, start_response)

    def _add(self, version: str) -> None:
        self.add_files(str(self._parent / version), prefix=f"/static/{version}/")
        self._added.add(version)


def worker(name: str) -> Response:
    """A service worker, which a browser asks for anew each time."""
    response = make_response(current_app.extensions["workers"][name])
    response.mimetype = "text/javascript"
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response


def manifest(name: str, opens: str) -> Response:
    """How a page opens from the home screen of a device: by itself, at this path, under this name."""
    icon = {"src": current_app.extensions["static_prefix"] + "icon.svg", "sizes": "any"}
    said = {"name": name, "start_url": opens, "scope": opens, "display": "standalone", "icons": [icon]}
    response = jsonify(said)
    response.mimetype = "application/manifest+json"
    return response


def _inline(name: str) -> Markup:
    g.setdefault("inlined", []).append(current_app.extensions["sources"][name])
    return Markup(current_app.extensions["inlined"][name])  # noqa: S704 (files of our own)


def _root_style(declarations: str) -> Markup:
    """A style sheet of the page's own. Its declarations were made here: nothing in them was typed."""
    rule = f":root{{{declarations}}}"
    g.setdefault("inlined", []).append(_source_of(rule))
    return Markup(rule)  # noqa: S704 (colours of our own making)


def content_security_policy() -> str:
    """Everything from here, and of what stands in a page itself only what this one was given, by its hash."""
    ours = " ".join(["'self'", *g.get("inlined", [])])
    return f"default-src {ours}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"


def _source_of(text: str) -> str:
    """How a content security policy names an element that holds this text."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _content_hash(folder: Path) -> str:
    digest = sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _build(folder: Path) -> None:
    """Copy and compress beside the final place, then move there: the first of several workers, for all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            _draft(folder.parent).rename(folder)


def _draft(parent: Path) -> Path:
    draft = Path(tempfile.mkdtemp(dir=parent, prefix="draft-"))
    shutil.copytree(STATIC, draft, dirs_exist_ok=True)
    compressor = Compressor(quiet=True)
    for path in draft.rglob("*"):
        if path.is_file() and compressor.should_compress(path.name):
            list(compressor.compress(str(path)))
        os.utime(path, (0, 0))  # without a date nobody asks whether it is still the same: its address says so
    return draft
