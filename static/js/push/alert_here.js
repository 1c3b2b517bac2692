// A manager's browser is alerted, or no more.
import { byId, one, write } from "../core/dom.js";
import { say } from "../core/i18n.js";
import { hindrance, handOver, handedOver, takeBack } from "./browser.js";

const WORKER = "/account/worker.js";
const PAGE = "/account/alerts";
const MANIFEST = "/account/app.webmanifest";
const place = byId("tell");
const button = one(place, "button");
const said = one(place, "p");
const asks = button.textContent ?? "";

/** @param {string} why */
const sentence = (why) => ({
  http: say("Not over http: a browser can only be told by a page that is open over https."),
  home: say("On this device only a page on the home screen can tell you: choose Share, then Add to Home Screen, and open it from there."),
  none: say("This browser cannot tell you anything while the page is closed."),
  blocked: say("Notifications of this page are blocked: allow them in the settings of your browser, then try again."),
})[why] ?? say("You were not asked for anything, or said no: nothing was changed.");

/** @param {string} path @param {PushSubscription} made */
async function ask(path, made) {
  const answer = await fetch(`${PAGE}/browser${path}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(made) });
  if (!answer.ok) throw answer;
}

/** @param {boolean} isTold */
function show(isTold) {
  write(button, isTold ? say("Alert me here no more") : asks);
  write(said, isTold ? say("This device is alerted.") : "");
  if (isTold) document.getElementById("reaches-nobody")?.remove();
}

async function begin() {
  const made = await handOver(WORKER, PAGE, place.dataset.key ?? "");
  if (made) {
    await ask("", made);
    show(true);
  } else write(said, sentence(hindrance(MANIFEST)));
}

/** @param {PushSubscription} made */
async function end(made) {
  await ask("/end", made);
  await takeBack(PAGE);
  show(false);
}

button.addEventListener("click", async () => {
  const why = hindrance(MANIFEST);
  write(said, why && sentence(why));
  if (why) return;
  button.disabled = true;
  try {
    const made = await handedOver(PAGE);
    await (made ? end(made) : begin());
  } catch {
    write(said, say("That did not work just now. Try again in a moment."));
  } finally {
    button.disabled = false;
  }
});

// Whoever signed in anew on this device goes on being alerted on it.
handedOver(PAGE).then(async (made) => {
  if (made) await ask("", made);
  show(Boolean(made));
}).catch(() => {});
place.hidden = false;
