// What was typed outlives a page that is loaded again, in another language for instance: this tab keeps it until it is sent.
import { on } from "../core/dom.js";
import { ask, form, put, typed } from "./asking.js";

const { restaurant, signIn } = document.body.dataset;
const PLACE = `order-draft:${restaurant}:${signIn}`;

export const forget = () => sessionStorage.removeItem(PLACE);

function keep() {
  if (!document.getElementById("entry")) return;
  try {
    sessionStorage.setItem(PLACE, `${typed()}`);
  } catch {
    // a tab that keeps nothing has what stands in the form
  }
}

export async function restore(kept = sessionStorage.getItem(PLACE)) {
  if (!kept) return;
  const body = new URLSearchParams(kept);
  body.set("do", "draft");
  const got = await ask(form().action, body);
  if (got?.answer.ok) put(got.part);
}

for (const sign of /** @type {const} */ (["input", "change"])) document.addEventListener(sign, keep);
on("entry:lines", keep);
on("click", (event) => {
  if (event.target.closest("[data-discard]")) forget();
});
