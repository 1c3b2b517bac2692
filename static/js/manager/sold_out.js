// The page of what is sold out: dishes are found by what is typed, and what somebody else says is seen at once.
import { one } from "../core/dom.js";
import { begin, putDishes } from "../board/dish_list.js";

const main = one(document, "main");
const form = /** @type {HTMLFormElement} */ (one(main, ".sold-out"));
let isFirst = true;

async function renew() {
  if (isFirst) return void (isFirst = false); // the page is as new as that
  const answer = await fetch(location.href, { headers: { Sheet: "1" } });
  if (answer.ok) putDishes(main, new DOMParser().parseFromString(await answer.text(), "text/html"));
}

begin(form);
new EventSource(/** @type {string} */ (main.dataset.stream)).addEventListener("menu", () => { renew().catch(() => {}); });
