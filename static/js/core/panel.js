// A panel over the page that a script brings along: its title, and a form that closes it.
import { make } from "./dom.js";

/** @param {string} id @param {string} title @param {(Element | string)[]} parts */
export function makePanel(id, title, ...parts) {
  const panel = make("dialog", { id, className: "panel" });
  panel.setAttribute("aria-labelledby", `${id}-title`);
  const form = make("form", { method: "dialog", className: "stack" });
  form.append(make("h2", { id: `${id}-title`, textContent: title }), ...parts);
  panel.append(form);
  document.body.append(panel);
  return { panel, form };
}
