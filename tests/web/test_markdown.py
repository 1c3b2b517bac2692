"""Texts in Markdown become pages: the forms that they are written in, and no HTML that somebody typed."""

from __future__ import annotations

import pytest

from ordertrack.web.markdown import inline, name_of, rendered


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("## A shift", '<h2 id="a-shift">A shift</h2>'),
        ("one\ntwo", "<p>one two</p>"),
        ("- a\n- b\n  more", "<ul><li>a</li><li>b more</li></ul>"),
        ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"),
        ("```python\na\n\nb < c\n```", '<pre dir="ltr" tabindex="0"><code>a\n\nb &lt; c</code></pre>'),
        ("![A rail](x.webp)", '<figure><img src="/s/x.webp" alt="A rail" loading="lazy"></figure>'),
        ('<div dir="rtl">\n\n# ع\n\n</div>', '<h1 id="ع">ع</h1>'),
    ],
)
def test_a_block_becomes_its_element(text: str, made: str) -> None:
    assert rendered(text, lambda path: f"/s/{path}") == made


def test_what_stands_in_a_line_becomes_elements_and_the_rest_is_text() -> None:
    said = inline("a **bold `c`** and *it* of [us](/x) & <script>")
    assert said == (
        'a <strong>bold <code>c</code></strong> and <em>it</em> of <a href="/x">us</a> &amp; &lt;script&gt;'
    )


def test_a_heading_is_linked_by_its_words() -> None:
    assert name_of("When a line is lost?") == "when-a-line-is-lost"
