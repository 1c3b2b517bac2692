"""Nothing that pages say is missing from a catalogue, in any language, and nothing stands there in vain."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.catalog import Message

from languages import catalogues
from languages.catalogues import LOCALES, path_of, read
from languages.source_messages import DOMAINS, domains
from ordertrack.i18n import catalogues as i18n_catalogues

EACH = pytest.mark.parametrize(("locale", "domain"), [(one, other) for one in LOCALES for other in DOMAINS])
_PLACEHOLDER = re.compile(r"%\(\w+\)s")
_TAG = re.compile(r"</?\w+[^>]*>")


def forms(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def told(locale: str, domain: str) -> list[Message]:
    return [message for message in read(locale, domain) if message.id]


@EACH
def test_every_message_of_the_source_stands_translated_and_no_other(locale: str, domain: str) -> None:
    said = {(message.id, message.context) for message in domains()[domain] if message.id}
    stands = {(message.id, message.context) for message in told(locale, domain)}
    assert not (said - stands), "run make catalogues and translate what it adds"
    assert not (stands - said), "run make catalogues: nobody says this any more"
    assert not [message.id for message in told(locale, domain) if not all(forms(message))]


@EACH
def test_no_translation_is_a_guess_or_a_leftover(locale: str, domain: str) -> None:
    assert not [message.id for message in told(locale, domain) if message.fuzzy]
    assert not read(locale, domain).obsolete
    assert not re.search(r"^#[~,]\s*(~|.*fuzzy)", path_of(locale, domain).read_text(), re.MULTILINE)


@EACH
def test_a_translation_fills_in_what_the_message_does_and_keeps_its_markup(locale: str, domain: str) -> None:
    for message in told(locale, domain):
        source = (message.id,) if isinstance(message.id, str) else message.id
        for said in forms(message):
            missing = Counter(_PLACEHOLDER.findall(source[-1])) - Counter(_PLACEHOLDER.findall(said))
            added = Counter(_PLACEHOLDER.findall(said)) - Counter(_PLACEHOLDER.findall(source[-1]))
            # "One order" and "two orders" need no figure where a language has a form for them alone.
            assert not added and set(missing) <= ({"%(num)s"} if message.pluralizable else set()), said
            assert Counter(_TAG.findall(said)) == Counter(_TAG.findall(source[-1])), said
            assert not re.search(r"%(?!\(\w+\)s|%)", said), said


@EACH
def test_every_form_that_a_number_can_ask_for_is_there(locale: str, domain: str) -> None:
    wanted = read(locale, domain).num_plurals
    assert wanted == {"fr": 2, "ar": 6}[locale]
    for message in told(locale, domain):
        assert len(forms(message)) == (wanted if message.pluralizable else 1), message.id


@EACH
def test_a_translation_ends_as_its_message_does(locale: str, domain: str) -> None:
    """A sentence is a sentence, a label is a label: nothing was cut off or pasted over."""
    for message in told(locale, domain):
        source = message.id if isinstance(message.id, str) else message.id[-1]
        for said in forms(message):
            assert said == said.strip() and source == source.strip()
            for mark in (".", "…", ":"):
                assert said.endswith(mark) == source.endswith(mark), (source, said)


def test_a_message_with_a_line_that_looks_like_a_header_is_written_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogues, "TRANSLATIONS", tmp_path)
    path_of("fr", "messages").parent.mkdir(parents=True)
    said = "x" * 100 + " Note: " + "y" * 100 + "\nAttention: rien ne se perd.\nEt: voilà.\n"
    catalogue = Catalog("fr")
    catalogue.add("Mind the step.", said)
    catalogues.write("fr", "messages", catalogue)
    assert read("fr", "messages")["Mind the step."].string == said
    written = path_of("fr", "messages").read_text()
    assert "Language: fr" in written and "Plural-Forms" in written
    assert not re.search(r"POT-Creation-Date|PO-Revision-Date|Generated-By|Last-Translator", written)


def test_what_was_compiled_is_kept_and_made_anew_when_the_catalogue_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(i18n_catalogues, "TRANSLATIONS", tmp_path)
    folder = tmp_path / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    for word in ("Cuisine", "Cuisine", "Fourneaux"):
        (folder / "messages.po").write_text(f'msgid "Kitchen"\nmsgstr "{word}"\n')
        assert i18n_catalogues.catalogue_of.__wrapped__("fr").gettext("Kitchen") == word
        (kept,) = (folder / "__pycache__").iterdir()
        assert word.encode() in kept.read_bytes()
    (folder / "__pycache__").rename(tmp_path / "elsewhere")
    (folder / "__pycache__").touch()  # where nothing can be kept it is compiled each time
    assert i18n_catalogues.catalogue_of.__wrapped__("fr").gettext("Kitchen") == "Fourneaux"
