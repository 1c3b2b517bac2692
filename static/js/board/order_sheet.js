// The sheet over a board in which an order is changed, its story is read, or what is sold out is said: the server's form,
// and what it has to say against it.
import { byId, make, on } from "../core/dom.js";
import { say } from "../core/i18n.js";
import { identify } from "../tablet/person.js";
import { putDishes } from "./dish_list.js";

const HEADERS = { Sheet: "1" };
const soldOut = `/r/${document.body.dataset.restaurant}/sold-out?language=${document.body.dataset.language}`;
const sheet = /** @type {HTMLDialogElement} */ (byId("order-sheet"));

/** @param {string | null | undefined} text */
function complain(text) {
  sheet.querySelector(".unsent")?.remove();
  const said = make("p", { className: "unsent", role: "alert", textContent: text ?? "" });
  const close = make("button", { type: "button", textContent: say("Close") });
  close.dataset.close = "";
  said.append(" ", close);
  sheet.prepend(said);
  said.scrollIntoView();
}

// What is no form is a page that says why there is none.
/** @param {string} url @param {RequestInit} [request] */
async function load(url, request) {
  const answer = await fetch(url, { headers: HEADERS, ...request });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const dishes = page.querySelector(".sold-out");
  if (answer.status === 204) sheet.close();
  else if (dishes) {
    sheet.setAttribute("aria-labelledby", "sold-out-title");
    putDishes(sheet, page);
  }
  else if (page.querySelector(".change-order, .story")) {
    sheet.setAttribute("aria-labelledby", page.querySelector(".story") ? "story-title" : "change-title");
    sheet.replaceChildren(...page.head.children, ...page.body.children);
    sheet.scrollTop = 0;
  }
  else complain(page.querySelector("main p")?.textContent);
}

/** @param {Promise<void>} loading */
const orComplain = (loading) => loading.catch(() => complain(say("There is no connection. Nothing was saved.")));

on("click", (event) => {
  if (event.target.closest("#order-sheet [data-close]")) {
    event.preventDefault();
    sheet.close();
  }
});
/** @param {HTMLElement} opener */
function addressOf(opener) {
  const order = opener.closest(".card")?.id.replace("order-", "");
  if (!order) return soldOut;
  return `/orders/${order}${opener.matches("[data-story]") ? "" : "/change"}`;
}

on("sheet:asked", ({ detail: opener }) => {
  sheet.replaceChildren();
  sheet.showModal();
  orComplain(load(addressOf(opener)));
});
// Somebody else said what is sold out, or changed the menu.
on("htmx:sse:before:message", ({ detail: { message } }) => {
  if (message.event === "menu" && sheet.open && sheet.querySelector(".sold-out")) orComplain(load(soldOut));
});
on("submit", async (event) => {
  const form = event.target;
  if (!sheet.contains(form)) return;
  event.preventDefault();
  const body = new URLSearchParams(/** @type {any} */ (new FormData(form, event.submitter)));
  const person = await identify().catch(() => null);
  if (person === null) return;
  body.set("person", person);
  body.set("language", /** @type {string} */ (document.body.dataset.language));
  orComplain(load(form.action, { method: "POST", body }));
});
