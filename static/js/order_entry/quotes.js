// What the guest is told stays true: the times are asked anew, and stand on the button that makes the promise.
import { byId, on, write } from "../core/dom.js";
import { say } from "../core/i18n.js";
import { dayOf, when } from "../core/moments.js";
import { now } from "../core/server_time.js";
import { ask, field, form } from "./asking.js";

const EVERY = 30_000; // milliseconds

// What was typed is what the wall there says, and so says the button, with its day if that is not today there.
function later() {
  const at = field("promised_at").value;
  const [place] = form().querySelectorAll("[data-due-for=later]");
  const moment = Date.parse(`${at}Z`);
  const today = Date.parse(`${dayOf(now(), form().dataset.zone)}T12:00Z`);
  write(place, at && !Number.isNaN(moment) ? say("for %(time)s", { time: when(moment, "UTC", today) }) : say("for later"));
}

function onButton() {
  for (const quote of document.querySelectorAll("#quotes .quote")) {
    const which = [...quote.classList].find((name) => name.startsWith("only-"))?.slice(5);
    const place = document.querySelector(`[data-due-for="${which}"]`);
    if (place) write(place, say("for %(time)s", { time: quote.querySelector("b")?.textContent ?? "" }));
  }
  /** @type {HTMLButtonElement} */ (form().querySelector(".send")).disabled = document.querySelector("#quotes .paused") !== null;
  later();
}

async function refresh() {
  if (document.hidden || !document.getElementById("quotes") || form().inert) return;
  const got = await ask(`${form().action}/quotes`);
  if (!got?.answer.ok || !document.getElementById("quotes")) return;
  byId("quotes").replaceChildren(got.part);
  onButton();
}

on("entry:form", onButton);
on("change", ({ target }) => { if (target.name === "promised_at") later(); });
on("visibilitychange", refresh);
setInterval(refresh, EVERY);
