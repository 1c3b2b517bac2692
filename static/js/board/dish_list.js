// The list of what is sold out: found by what is typed, put anew without losing what was typed or where it stood.

/** @param {HTMLFormElement} form @param {string} typed */
function filter(form, typed) {
  const words = typed.trim().toLocaleLowerCase();
  for (const section of form.querySelectorAll("[data-dishes]")) {
    const dishes = [...section.querySelectorAll("button")];
    for (const dish of dishes) dish.hidden = !`${dish.dataset.names}`.includes(words);
    section.hidden = dishes.every((dish) => dish.hidden);
  }
}

/** @param {HTMLFormElement} form */
export function begin(form, typed = "") {
  const field = /** @type {HTMLInputElement | null} */ (form.querySelector("[data-find-dish]"));
  if (!field) return;
  /** @type {HTMLElement} */ (field.closest("label")).hidden = false;
  field.value = typed;
  filter(form, typed);
  field.addEventListener("input", () => filter(form, field.value));
}

// `root` has the list, or is to have it; `page` is what the server answered.
/** @param {HTMLElement} root @param {Document} page */
export function putDishes(root, page) {
  const fresh = /** @type {HTMLFormElement} */ (page.querySelector(".sold-out"));
  const old = /** @type {HTMLFormElement | null} */ (root.querySelector(".sold-out"));
  const { scrollTop } = root;
  const at = document.activeElement instanceof HTMLButtonElement ? document.activeElement.value : "";
  const typed = old?.querySelector("input")?.value;
  root.querySelector(".unsent")?.remove();
  if (old) old.replaceWith(fresh);
  else root.replaceChildren(...page.head.children, ...page.body.children);
  begin(fresh, typed);
  root.scrollTop = scrollTop;
  if (old && at) /** @type {HTMLElement | null} */ (fresh.querySelector(`button[value="${CSS.escape(at)}"]`))?.focus({ preventScroll: true });
}
