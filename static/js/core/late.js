// Scripts that not everybody needs: loaded when somebody first does, from beside the page's own script. What the
// device keeps for the hour without a line does not have them: they ask the server for what they show.
import { make, byId } from "./dom.js";
import { say } from "./i18n.js";

const own = /** @type {HTMLScriptElement} */ (document.currentScript).src;
/** @type {Record<string, Promise<unknown> | undefined>} */
const loading = {};

/** @param {string} name */
function load(name) {
  const script = make("script", { src: new URL(`${name}.js`, own).href });
  document.head.append(script);
  return new Promise((resolve, reject) => {
    script.onload = resolve;
    script.onerror = () => reject(new DOMException(name, "NetworkError"));
  });
}

// Rejects if it cannot be loaded now, and says so on the board.
/** @param {string} name */
export function late(name) {
  loading[name] ??= load(name).catch((error) => {
    loading[name] = undefined;
    const textContent = say("No answer from the server. Try again when the line is back.");
    byId("notice").replaceChildren(make("p", { className: "problem", textContent }));
    throw error;
  });
  return loading[name];
}
