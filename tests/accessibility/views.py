"""Every page of the application, with the states of it that a person can bring about."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from playwright.sync_api import Page, expect

from accessibility.furnished import Furnished

State = Callable[[Page], None]


@dataclass(frozen=True)
class View:
    """A page, who looks at it, and its states: each is brought about after the ones before it.

    `language` is the one that it always has, whatever was asked for.

    `path` may name an order (`{orders[late]}`) or the token of its tracking page (`{tokens[late]}`).
    """

    path: str
    who: str = "maya"
    is_live: bool = False
    language: str | None = None
    states: tuple[State, ...] = field(default=())

    @property
    def is_board(self) -> bool:
        return self.path.partition("?")[0].endswith(("/kitchen", "/dispatch", "/pickup"))

    def path_in(self, furnished: Furnished) -> str:
        return self.path.format(orders=furnished.orders, tokens=furnished.tokens)


class Visit(NamedTuple):
    """A page that somebody has opened, at rest, in a window of Playwright's usual size."""

    page: Page
    view: View
    language: str


def click(selector: str) -> State:
    return lambda page: page.locator(selector).first.click()


def _close(page: Page) -> None:
    page.keyboard.press("Escape")
    if page.locator(".card:popover-open").count():  # out of its form, then out of the ticket
        page.keyboard.press("Escape")
    expect(page.locator("dialog[open], :popover-open")).to_have_count(0)


def _panel(opener: str, panel: str) -> State:
    """Open a panel; whatever was open before is closed first."""

    def open_panel(page: Page) -> None:
        _close(page)
        page.locator(opener).first.click()
        expect(page.locator(panel)).to_be_visible()

    return open_panel


def _on_a_phone(page: Page) -> None:
    _close(page)
    page.set_viewport_size({"width": 320, "height": 640})


def _key(key: str, panel: str) -> State:
    def press(page: Page) -> None:
        _close(page)
        page.locator("h1").click(position={"x": 1, "y": 1}, trial=True)
        page.keyboard.press(key)
        expect(page.locator(panel)).to_be_visible()

    return press


def _unfold(page: Page) -> None:
    for selector in (".cancel > summary", ".despite > [data-opens]", ".hold > summary", ".assign > summary"):
        for opener in page.locator(f".card {selector}:visible").all()[:1]:
            opener.click()


def _columns(page: Page) -> None:
    """The kitchen's board as this tablet has chosen it."""
    page.evaluate("localStorage.setItem('view', 'columns')")
    page.reload()
    expect(page.locator("body")).to_have_attribute("data-live", "live", timeout=20_000)


def _ticket(page: Page) -> None:
    _close(page)
    page.locator(".columns .card[data-spot] .items").first.click()
    expect(page.locator(".card:popover-open")).to_be_visible()
    page.locator(".card:popover-open .hold > summary").click()


def _choose_two(page: Page) -> None:
    for pick in page.locator(".pick:not(:disabled)").all()[:2]:
        pick.press("Enter")
    expect(page.locator("#hand")).to_be_visible()


def _whole_order(page: Page) -> None:
    _close(page)
    page.locator("#column-ready .card:has(.pick) [data-more]").first.click()
    expect(page.locator(".card:popover-open")).to_be_visible()


def _change_an_order(page: Page) -> None:
    page.locator(".card:popover-open [data-sheet]").click()
    expect(page.locator("#order-sheet .change-order")).to_be_visible()


def _start_shift(page: Page) -> None:
    page.locator("#start-sound").click()
    expect(page.locator("#alert-bar")).to_have_attribute("data-sound", "on")


def _tap_without_a_line(page: Page) -> None:
    page.context.set_offline(True)
    page.locator(".columns button.move:visible").first.press("Enter")
    expect(page.locator("#pending-taps")).to_be_visible()
    page.context.set_offline(False)


def _find_nothing(page: Page) -> None:
    page.locator("#find input").fill("999")
    page.keyboard.press("Enter")
    expect(page.locator("#find output")).not_to_be_empty()


def _another_of_the_same_name(page: Page) -> None:
    page.locator(".rider summary").first.click()
    page.locator("#add + p + form [name=name]").fill("nadim")
    page.keyboard.press("Enter")
    expect(page.locator(".problem")).to_be_visible()
    page.locator(".rider summary").first.click()


def _alert_nobody_here(page: Page) -> None:
    page.locator("#tell button").click()
    expect(page.locator("#tell p")).not_to_be_empty()


def _ask_to_end(page: Page) -> None:
    row = page.locator("details.row", has_text="Walid")
    for summary in ("summary", ".ask summary"):
        row.locator(summary).first.click()
    expect(row.locator(".ends")).to_be_visible()


def _end_access(page: Page) -> None:
    page.locator("details.row", has_text="Walid").locator(".danger").click()
    expect(page.locator(".row.ended")).to_be_visible()


def _give_back(page: Page) -> None:
    page.locator(".row.ended button").click()
    expect(page.locator(".row.ended")).to_have_count(0)


def _no_phone(page: Page) -> None:
    page.locator("[name=phone]").fill("01 555")
    page.keyboard.press("Enter")
    expect(page.locator("#problem-phone")).to_be_visible()


def _a_sender_too_long(page: Page) -> None:
    page.locator("[name=sender]").evaluate("field => { field.value = 'x'.repeat(41) }")
    page.locator("main button.primary").click()
    expect(page.locator("#problem-sender")).to_be_visible()


def _no_port(page: Page) -> None:
    page.locator("#mail [name=port]").fill("none")
    page.locator("#mail button.primary").click()
    expect(page.locator("#problem-mail-port")).to_be_visible()


def _known_guest(page: Page) -> None:
    page.locator("[name=phone]").fill("03 123456")
    expect(page.locator("#guest .again").first).to_be_visible()


def _dish_with_choices(page: Page) -> None:
    page.locator(".dish:not(:disabled)").first.click()
    expect(page.locator("#choices")).to_be_visible()


def _order_without_an_address(page: Page) -> None:
    page.locator(".send").click()
    expect(page.locator("#problem-address")).to_be_visible()


def _line_to_write(page: Page) -> None:
    page.locator("#write-line").click()
    expect(page.locator("#lines .typed")).to_be_visible()


def _change_a_category(page: Page) -> None:
    page.locator("#category-grill details summary").click()
    expect(page.locator("#category-grill [value=up]")).to_be_visible()


def _no_price(page: Page) -> None:
    page.locator("[name=price]").first.fill("a lot")
    page.keyboard.press("Enter")
    expect(page.locator("#problem-price")).to_be_visible()


def _choose_file(page: Page, content: str) -> None:
    chosen = {"name": "menu.csv", "mimeType": "text/csv", "buffer": content.encode()}
    page.locator("[name=file]").set_input_files(chosen)  # type: ignore[arg-type]
    page.locator("form:has([name=file]) button").click()


def _a_wrong_file(page: Page) -> None:
    _choose_file(page, "name,price\nTea,a lot\n")
    expect(page.locator("#wrong")).to_be_visible()


def _no_log(page: Page) -> None:
    _choose_file(page, " ")
    expect(page.locator(".problem")).to_be_visible()


def _a_file(page: Page) -> None:
    _choose_file(page, "sku,name,price\nkebab,Kebab,13\n,Shish taouk,9.50\n")
    expect(page.locator("#preview")).to_be_visible()
    for folded in page.locator("#preview ~ details").all():
        folded.evaluate("(details) => { details.open = true; }")


def _sell_out(page: Page) -> None:
    page.locator("[name=gone]").first.click()
    expect(page.locator("[name=back]").first).to_be_visible()


def _wrong_password(page: Page) -> None:
    page.locator("[name=email]").fill("nobody@cedar.example")
    page.locator("[name=password]").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.locator(".problem")).to_be_visible()


def _wrong_old_password(page: Page) -> None:
    page.locator("[name=old]").fill("wrong")
    page.locator("[name=new]").fill("blue bicycle in rain")
    page.keyboard.press("Enter")
    expect(page.locator(".problem")).to_be_visible()


def _found_nothing(page: Page) -> None:
    page.locator("main .primary").click()
    expect(page.locator(".problem").first).to_be_visible()


def _weak_password(page: Page) -> None:
    page.locator("[name=password]").fill("Password2026!")
    page.keyboard.press("Enter")
    expect(page.locator(".problem")).to_be_visible()


def _make_a_link(page: Page) -> None:
    row = page.locator("details.row", has_text="Nour")
    for summary in ("summary", ".ask summary"):
        row.locator(summary).first.click()
    row.get_by_role("button", name=re.compile(r"^(Make a link|Créer un lien|إنشاء رابط)$")).click()
    expect(page.locator("#password-link")).to_be_visible()


def _no_shop(page: Page) -> None:
    page.locator("[name=restaurant]").first.check()
    page.locator("main .primary").click()
    expect(page.locator("#problem-shop")).to_be_visible()


def _ask_to_end_it(page: Page) -> None:
    page.locator(".ask > summary").click()
    expect(page.locator(".danger")).to_be_visible()


def _key_for_nothing(page: Page) -> None:
    page.locator("[name=name]").fill("Shop")
    for tick in page.locator("[name=scope]").all():
        tick.uncheck()
    page.locator("#add + form .primary").click()
    expect(page.locator("#problem-add-scope")).to_be_visible()


def _make_a_key(page: Page) -> None:
    page.locator("[name=scope]").first.check()
    page.locator("#add + form .primary").click()
    expect(page.locator("#api-key")).to_be_visible()


def _ask_to_end_the_key(page: Page) -> None:
    row = page.locator("details.row", has_text="Till")
    row.locator("summary").first.click()
    for ask in row.locator(".ask > summary").all():
        ask.click()
    expect(row.locator(".danger")).to_be_visible()


def _tell_of_nothing(page: Page) -> None:
    page.locator("[name=url]").fill("https://shop.example/hook")
    for tick in page.locator("[name=kind]").all():
        tick.uncheck()
    page.locator("#add + form .primary").click()
    expect(page.locator("#problem-kind")).to_be_visible()


def _ask_to_end_the_webhook(page: Page) -> None:
    page.locator(".deliveries details > summary").first.click()
    for ask in page.locator(".ask > summary").all():
        ask.click()
    expect(page.locator(".danger")).to_be_visible()


def _twin_restaurant(page: Page) -> None:
    page.locator("[name=name]").fill("hamra")
    page.keyboard.press("Enter")
    expect(page.locator("#problem-name")).to_be_visible()


def _ask_to_close(page: Page) -> None:
    page.locator(".ask > summary").click()
    page.locator(".danger").click()
    expect(page.locator("#problem-close")).to_be_visible()


def _half_an_hour(page: Page) -> None:
    for add in page.locator("[data-add]").all():
        add.click()
    page.locator("[name=weekly-0-starts]").fill("11:00")
    page.locator("[name=special-0-day]").fill("2001-01-01")
    page.locator("main .primary").click()
    expect(page.locator("#problem-weekly-0")).to_be_visible()


def _who_are_you(page: Page) -> None:
    page.locator("#person-on").click()
    expect(page.locator("#person .names button").first).to_be_visible()


def _pin(page: Page) -> None:
    page.locator("#person .names button").first.click()
    expect(page.locator("#person .pad")).to_be_visible()


def _tones(page: Page) -> None:
    _close(page)
    page.locator("[popovertarget=menu]").click()
    page.locator("#sound-open").click()
    expect(page.locator("#sound-panel")).to_be_visible()


def _tap_of_nobody(page: Page) -> None:
    _close(page)
    page.locator(".columns .move.primary:visible").first.press("Enter")
    expect(page.locator("#person")).to_be_visible()
    _close(page)
    expect(page.locator(".not-signed").first).to_be_visible()


def _over_http(page: Page) -> None:
    page.add_init_script("""Object.defineProperty(globalThis, "isSecureContext", { value: false });
      Object.defineProperty(Navigator.prototype, "serviceWorker", { value: undefined });""")
    page.reload()
    expect(page.locator("[data-hint]")).to_be_visible()


def _cannot_run(page: Page) -> None:
    page.add_init_script("Intl.ListFormat = null")  # as in a browser that does not know it
    page.reload()
    expect(page.locator("#live")).to_contain_text("128")


RAIL_STATES = (
    _ticket,
    _panel("#alerts-open", "#alert-list"),
    _panel("#ready-toggle", "#passing"),
)
BOARD_STATES = (
    _unfold,
    _start_shift,
    _tones,
    _panel("#filter", "#filters"),
    _panel("[popovertarget=menu]", "#menu"),
    _key("?", "#keys"),
    _key("/", "#find"),
    _find_nothing,
)
PICKUP_STATES = (_panel("#pickup-open", "#pickup-settings"),)

VIEWS = {
    "kitchen": View("/r/hamra/kitchen", is_live=True, states=(*RAIL_STATES, _columns, *BOARD_STATES)),
    "dispatch": View(
        "/r/hamra/dispatch",
        is_live=True,
        states=(_unfold, _choose_two, _panel("#later-toggle", "#later"), _whole_order, _change_an_order),
    ),
    "kitchen of a cook": View(
        "/r/hamra/kitchen",
        "nour",
        is_live=True,
        states=(_tap_without_a_line, _over_http, _panel("[popovertarget=menu]", "#menu"), _cannot_run),
    ),
    "kitchen on a tablet": View(
        "/r/hamra/kitchen", "tablet", is_live=True, states=(_who_are_you, _pin, _tap_of_nobody)
    ),
    "empty kitchen": View("/r/jounieh/kitchen", "nour", is_live=True),
    "pickup": View(
        "/r/hamra/pickup?show=pickup,dine_in",
        is_live=True,
        states=(_panel("#pickup-open", "#pickup-settings"),),
    ),
    "overview": View("/", is_live=True),
    "boards": View("/boards"),
    "orders": View(
        "/orders",
        states=(
            _panel("#alerts-open", "#alert-list"),
            _panel(".person-open", "#person-menu"),
            _on_a_phone,
            _panel(".more", "#more-pages"),
        ),
    ),
    "story": View("/orders/{orders[held]}"),
    "story of a cancelled order": View("/orders/{orders[cancelled]}"),
    "story of a changed order": View("/orders/{orders[changed]}"),
    "change of an order": View("/orders/{orders[for later]}/change"),
    "open orders": View("/r/hamra/open"),
    "order entry": View(
        "/r/hamra/new",
        states=(_dish_with_choices, _known_guest, _order_without_an_address, _line_to_write),
    ),
    "order that was taken": View("/r/hamra/new/{orders[for later]}"),
    "busy or paused": View("/r/hamra/pace"),
    "riders": View("/r/hamra/riders", "karim", states=(_another_of_the_same_name,)),
    "floor settings": View("/r/hamra/settings"),
    "what guests see": View("/r/hamra/brand", states=(_no_phone,)),
    "messages to guests": View("/r/hamra/messages", states=(_a_sender_too_long,)),
    "providers of messages": View("/messages", states=(_no_port,)),
    "messages that were sent": View("/r/hamra/messages/sent"),
    "no more messages": View("/track/{tokens[cooking]}/stop", "nobody"),
    "rules of the company": View("/rules"),
    "guests' data": View("/guests"),
    "menu": View("/menu", states=(_change_a_category,)),
    "dish": View("/menu/dishes/kebab", states=(_no_price,)),
    "new dish": View("/menu/new"),
    "menu from a file": View("/menu/import", states=(_a_wrong_file, _a_file)),
    "sold out": View("/r/hamra/sold-out", "nour", states=(_sell_out,)),
    "screens": View("/screens"),
    "people": View("/people", states=(_ask_to_end, _end_access, _give_back, _make_a_link)),
    "tablets": View("/tablets"),
    "code of a tablet": View("/tablets/codes/{tokens[code]}"),
    "tablet by code": View("/tablet/open/{tokens[tablet]}", "nobody"),
    "founding a company": View("/setup/{tokens[company]}", "nobody", states=(_found_nothing,)),
    "first steps": View("/setup", "owner"),
    "first restaurant": View("/setup/restaurant", "owner"),
    "first people": View("/setup/people", "owner"),
    "test order": View("/setup/test-order", "owner"),
    "audit": View("/audit"),
    "logs to import": View("/import", states=(_no_log,)),
    "a log to import": View("/import/{tokens[log]}"),
    "channels": View("/channels"),
    "connecting a shop": View("/channels/new/woocommerce", states=(_no_shop,)),
    "a connection": View("/channels/connections/{tokens[connection]}", states=(_ask_to_end_it,)),
    "what came": View("/channels/connections/{tokens[connection]}/payloads/{tokens[payload]}"),
    "keys": View("/keys", states=(_key_for_nothing, _make_a_key, _ask_to_end_the_key)),
    "webhooks": View("/webhooks", states=(_tell_of_nothing,)),
    "a webhook": View("/webhooks/{tokens[endpoint]}", states=(_ask_to_end_the_webhook,)),
    "account": View("/account", states=(_wrong_old_password,)),
    "alerts": View("/account/alerts", states=(_alert_nobody_here,)),
    "choosing a password": View("/password/{tokens[password]}", "nobody", states=(_weak_password,)),
    "report": View("/sla?range=7"),
    "forecast": View("/sla/forecast"),
    "orders behind a figure": View("/sla/orders?range=7"),
    "further tables": View("/sla/by/people?range=7", "owner"),
    "restaurants": View("/restaurants", states=(_twin_restaurant,)),
    "a restaurant": View("/r/hamra/about", states=(_ask_to_close,)),
    "opening hours": View("/r/hamra/hours", states=(_half_an_hour,)),
    "targets of a restaurant": View("/sla/settings/hamra"),
    "not found": View("/r/nowhere/kitchen"),
    "what a problem means": View("/problems/order-moved", "nobody"),
    "reference of the API": View("/docs", "nobody", language="en"),
    "guide": View("/help", "nobody"),
    "sign-in": View("/login", "nobody", states=(_wrong_password,)),
    "tracking": View("/track/{tokens[cooking]}", "nobody", is_live=True, states=(_alert_nobody_here,)),
    "tracking of a changed order": View("/track/{tokens[changed]}", "nobody", is_live=True),
    "tracking of an order for later": View("/track/{tokens[for later]}", "nobody", is_live=True),
    "tracking on the road": View("/track/{tokens[with Ziad]}", "nobody", is_live=True),
    "tracking after the end": View("/track/{tokens[completed]}", "nobody"),
    "tracking of a cancelled order": View("/track/{tokens[cancelled]}", "nobody"),
    "tracking of nothing": View("/track/AAAAAAAAAAAAAAAAAAAAAA", "nobody"),
}
