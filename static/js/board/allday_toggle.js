// All day is a script of its own, as not every board shows it: it comes when it is first asked for, and from then on with
// the page.
import { byId } from "../core/dom.js";
import { late } from "../core/late.js";

const place = `allday:${document.body.dataset.restaurant}`;
let isThere = false;

const load = () => late("allday", "allday").then(() => { isThere = true; });

byId("allday-toggle").addEventListener("click", () => {
  if (isThere) return; // it has a listener of its own
  localStorage.setItem(place, "1");
  load().catch(() => localStorage.removeItem(place));
});
if (localStorage.getItem(place) !== null) load().catch(() => {});
