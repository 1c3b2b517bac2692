// Scripts that not everybody needs: loaded when somebody first does, from beside the page's own script. What the
// device keeps for the hour without a line does not have them: they ask the server for what they show.
import { make, byId } from "./dom.js";
import { say } from "./i18n.js";

const own = /** @type {HTMLScriptElement} */ (document.currentScript).src;
/** @type {Record<string, Promise<unknown> | undefined>} */
const loading = {};

/** @param {HTMLScriptElement | HTMLLinkElement} element */
function loaded(element) {
  document.head.append(element);
  return new Promise((resolve, reject) => {
    element.onload = resolve;
    element.onerror = () => reject(new DOMException("late", "NetworkError"));
  });
}

/** @param {string} name @param {string | undefined} style */
const load = (name, style) => Promise.all([
  loaded(make("script", { src: new URL(`${name}.js`, own).href })),
  style && loaded(make("link", { rel: "stylesheet", href: new URL(`../../../css/board/${style}.css`, own).href })),
]);

// Rejects if it cannot be loaded now, and says so on the board. `style` is a style sheet of boards that goes with it.
/** @param {string} name @param {string} [style] */
export function late(name, style) {
  loading[name] ??= load(name, style).catch((error) => {
    loading[name] = undefined;
    const textContent = say("No answer from the server. Try again once you are online.");
    byId("notice").replaceChildren(make("p", { className: "problem", textContent }));
    throw error;
  });
  return loading[name];
}
