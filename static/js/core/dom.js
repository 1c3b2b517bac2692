// Elements that a page always has: what is not there is an error of ours, and says what it is.

/**
 * @template {HTMLElement} E
 * @param {E | null} found
 * @param {string} name
 */
function there(found, name) {
  if (!found) throw new Error(`no ${name}`);
  return found;
}

/** @param {string} id */
export const byId = (id) => there(document.getElementById(id), id);

export const one = /** @type {FindOne} */ ((/** @type {ParentNode} */ root, /** @type {string} */ selector) =>
  there(root.querySelector(selector), selector));

/** @param {Element} element @param {string} text */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * @template {keyof PageEvents} K
 * @param {K} type
 * @param {(event: PageEvents[K]) => void} listener
 * @param {AddEventListenerOptions} [options]
 */
export function on(type, listener, options) {
  document.addEventListener(type, /** @type {EventListener} */ (listener), options);
}

/**
 * @template {keyof PageEvents} K
 * @param {K} type
 * @param {PageEvents[K] extends CustomEvent<infer Detail> ? Detail : undefined} [detail]
 */
export function emit(type, detail) {
  document.dispatchEvent(new CustomEvent(type, { detail }));
}

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Partial<HTMLElementTagNameMap[K]> | { textContent: string }} values
 * @returns {HTMLElementTagNameMap[K]}
 */
export const make = (tag, values) => Object.assign(document.createElement(tag), values);
