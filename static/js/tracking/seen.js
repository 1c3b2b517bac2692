// Says once to the server what the guest of an open and visible page has seen: no message need tell it again.
import { byId } from "../core/dom.js";

const progress = byId("progress");
let said = "";

export function sawIt() {
  const address = progress.dataset.seen;
  const revision = progress.querySelector("#steps")?.getAttribute("data-version") ?? "";
  if (!address || document.visibilityState !== "visible" || revision === said) return;
  said = revision;
  fetch(address, { method: "POST", body: new URLSearchParams({ revision }), keepalive: true }).catch(() => { said = ""; });
}

document.addEventListener("visibilitychange", sawIt);
// That a promise has passed is nothing new to the server, but it is to its reader.
new MutationObserver(() => { said = ""; sawIt(); }).observe(progress, { subtree: true, attributeFilter: ["data-over"] });
sawIt();
