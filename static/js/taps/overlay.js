// What is changed on a card for a while, and put back as the server made it.
/** @type {WeakMap<HTMLElement, { putBacks: (() => void)[], look: string }>} */
const made = new WeakMap();

/** @param {HTMLElement} card */
export const lookOf = (card) => made.get(card)?.look;

/** @param {HTMLElement} card */
export function takeOff(card) {
  for (const putBack of made.get(card)?.putBacks.reverse() ?? []) putBack();
  made.delete(card);
}

/** @typedef {ReturnType<typeof alter>} Changes */

// Ways to change a card that `takeOff` takes off again; `look` says what it looks like then.
/** @param {HTMLElement} card @param {string} look */
export function alter(card, look) {
  /** @type {(() => void)[]} */
  const putBacks = [];
  made.set(card, { putBacks, look });
  return {
    /** @param {Element} element @param {string} name @param {string | null} value */
    set(element, name, value) {
      const before = element.getAttribute(name);
      if (value === null) element.removeAttribute(name);
      else element.setAttribute(name, value);
      putBacks.push(() => (before === null ? element.removeAttribute(name) : element.setAttribute(name, before)));
    },
    /** @param {Element} element @param {string} text */
    write(element, text) {
      const before = [...element.childNodes];
      element.replaceChildren(text);
      putBacks.push(() => element.replaceChildren(...before));
    },
    /** @param {Element} element @param {Element} place */
    insert(element, place) {
      if (place.matches(".card")) place.append(element);
      else place.before(element);
      putBacks.push(() => element.remove());
    },
  };
}
