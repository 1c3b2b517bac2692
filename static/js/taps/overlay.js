// What is changed on a card for a while, and put back as the server made it.
const made = new WeakMap();

export const lookOf = (card) => made.get(card)?.look;

export function takeOff(card) {
  for (const putBack of made.get(card)?.putBacks.reverse() ?? []) putBack();
  made.delete(card);
}

// Ways to change a card that `takeOff` takes off again; `look` says what it looks like then.
export function alter(card, look) {
  const putBacks = [];
  made.set(card, { putBacks, look });
  return {
    set(element, name, value) {
      const before = element.getAttribute(name);
      if (value === null) element.removeAttribute(name);
      else element.setAttribute(name, value);
      putBacks.push(() => (before === null ? element.removeAttribute(name) : element.setAttribute(name, before)));
    },
    write(element, text) {
      const before = [...element.childNodes];
      element.replaceChildren(text);
      putBacks.push(() => element.replaceChildren(...before));
    },
    insert(element, place) {
      if (place.matches(".card")) place.append(element);
      else place.before(element);
      putBacks.push(() => element.remove());
    },
  };
}
