"""The page that says that something is scarce needs nothing of what may be scarce."""

from __future__ import annotations

import resource

from flask import Flask

from ordertrack.web import errors
from ordertrack.web.problems import Problem


def test_an_error_page_opens_no_file(app: Flask) -> None:
    errors.rehearse(app)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    pages = {}
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        for language in ("en", "ar", "fr"):
            with app.test_request_context(headers={"Accept-Language": language}):
                app.preprocess_request()
                pages[language] = errors.page(Problem(503, "Later."))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert {page.status_code for page in pages.values()} == {503}
    assert all("Later." in page.get_data(as_text=True) for page in pages.values())
    assert "rtl" in pages["ar"].get_data(as_text=True)
