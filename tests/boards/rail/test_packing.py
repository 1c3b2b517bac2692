"""Where tickets stand on the rail: in their order, each in the shortest column, none outside of its page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

from support.server import Server

_PACK = """async ([tickets, room]) => {
  const { packPage } = await import(window.packing);
  const pages = [];
  for (let from = 0; from < tickets.length;) {
    const page = packPage(from, tickets.length, (index) => tickets[index], room);
    pages.push(page);
    from += page.length;
    if (page.length === 0) throw new Error("a page with nothing on it");
  }
  return pages;
}"""

tickets = st.lists(
    st.fixed_dictionaries(
        {
            "top": st.integers(60, 220),
            "rows": st.lists(st.integers(18, 90), min_size=1, max_size=30),
            "isShut": st.booleans(),
        }
    ),
    min_size=1,
    max_size=40,
)
rooms = st.fixed_dictionaries(
    {
        "columns": st.integers(1, 6),
        "height": st.integers(150, 1300),
        "gap": st.sampled_from([8, 10, 12]),
        "fold": st.sampled_from([8, 12, 14]),
        "button": st.just(36),
    }
)


@pytest.fixture(scope="module")
def pack(chromium: Browser, server: Server) -> Iterator[Callable[[Any, Any], Any]]:
    """The pages that the script makes of tickets in a room."""
    context = chromium.new_context(base_url=server.address)
    page: Page = context.new_page()
    page.goto("/login")
    page.evaluate(
        "window.packing = document.querySelector('link[rel=stylesheet]').href"
        ".replace(/bundles.*/, 'js/rail/packing.js')"
    )
    yield lambda made, room: page.evaluate(_PACK, [made, room])
    context.close()


def height_of(ticket: dict[str, Any], lines: int, room: dict[str, int]) -> int:
    folded = room["button"] if lines < len(ticket["rows"]) else 0
    return int(ticket["top"]) + sum(ticket["rows"][:lines]) + folded


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tickets, rooms)
def test_tickets_stand_in_their_order_in_the_shortest_column_and_within_the_page(
    pack: Callable[[Any, Any], Any], made: list[dict[str, Any]], room: dict[str, int]
) -> None:
    pages = pack(made, room)
    assert sum(len(page) for page in pages) == len(made), "each stands once, on one page"
    rest = iter(made)
    for page in pages:
        used = [0] * room["columns"]
        for place in page:
            ticket = next(rest)
            assert place["y"] == min(used)
            assert used[place["column"]] == min(used)
            bottom = place["y"] + height_of(ticket, place["lines"], room)
            assert bottom <= room["height"] or len(page) == 1, "only what no page holds sticks out"
            used[place["column"]] = bottom + room["gap"]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tickets, rooms)
def test_a_ticket_folds_only_where_it_is_long_or_held_or_has_no_room(
    pack: Callable[[Any, Any], Any], made: list[dict[str, Any]], room: dict[str, int]
) -> None:
    rest = iter(made)
    for page in pack(made, room):
        for place in page:
            ticket, lines = next(rest), place["lines"]
            many = len(ticket["rows"])
            left = room["height"] - place["y"]
            if ticket["isShut"]:
                assert lines == 0
            elif lines == many:
                assert many <= room["fold"] + 2
            else:
                assert lines <= room["fold"]
                is_long = many > room["fold"] + 2
                has_no_room = height_of(ticket, many, room) > left
                assert is_long or has_no_room
                shows_most = lines == min(room["fold"], max(0, many - 2))
                assert shows_most or height_of(ticket, lines + 1, room) > left or lines + 1 > many - 2
