// What was typed outlives a page that is loaded again, in another language for instance: this tab keeps it until it is sent.
import { on } from "../core/dom.js";
import { ask, field, form, put, typed } from "./asking.js";

const { restaurant, signIn } = document.body.dataset;
const PLACE = `order-draft:${restaurant}:${signIn}`;
let isBegun = false;

export const forget = () => sessionStorage.removeItem(PLACE);

function keep() {
  if (!isBegun || !document.getElementById("entry")) return;
  try {
    sessionStorage.setItem(PLACE, `${typed()}`);
  } catch {
    // a tab that keeps nothing has what stands in the form
  }
}

// From the first key or touch on it is somebody's.
function begin() {
  isBegun = true;
  keep();
}

// What was kept is put where nobody has typed anything else yet.
export async function restore(kept = sessionStorage.getItem(PLACE)) {
  if (!kept) return;
  const body = new URLSearchParams(kept);
  body.set("do", "draft");
  const got = await ask(form().action, body);
  if (isBegun || !got?.answer.ok || !put(got.part)) return;
  field("phone").focus();
  begin();
}

for (const sign of /** @type {const} */ (["input", "change"])) document.addEventListener(sign, begin);
on("entry:lines", keep);
on("click", ({ target }) => {
  if (target.closest("[data-discard]")) forget();
  else if (target.closest("#entry button")) begin();
});
