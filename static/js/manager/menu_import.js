// A file on its way: how much of it has been sent, as the browser says; then that it is being read. Without this script the
// form is sent as any is.
import { one } from "../core/dom.js";

const percent = new Intl.NumberFormat(document.documentElement.dataset.locale, { style: "percent" });

/** @param {XMLHttpRequest} sent */
function arrived(sent) {
  const page = new DOMParser().parseFromString(sent.responseText, "text/html");
  const main = page.querySelector("main");
  if (!main) return location.reload();
  one(document, "main").replaceWith(main);
  watch();
  // Asked for once more, the page it was sent on to would not say again what came of it.
  if (sent.responseURL && new URL(sent.responseURL).pathname !== location.pathname) {
    history.replaceState(null, "", sent.responseURL);
    document.title = page.title;
    return scrollTo(0, 0);
  }
  main.querySelector("h3")?.scrollIntoView({ block: "center" });
}

/** @param {SubmitEvent} event */
function send(event) {
  event.preventDefault();
  const form = /** @type {HTMLFormElement} */ (event.currentTarget);
  const shown = one(form, ".upload");
  const bar = /** @type {HTMLProgressElement} */ (one(shown, "progress"));
  const said = one(shown, "output");
  const { sending = "", reading = "", lost = "" } = one(document, "output[data-sending]").dataset;
  const sent = new XMLHttpRequest();
  shown.hidden = false;
  for (const button of form.querySelectorAll("button")) button.disabled = true;
  sent.upload.addEventListener("progress", ({ loaded, total }) => {
    bar.max = total;
    bar.value = loaded;
    said.textContent = sending.replace("%(share)s", percent.format(Math.floor((loaded / total) * 100) / 100));
  });
  sent.upload.addEventListener("load", () => {
    bar.removeAttribute("value"); // how long reading takes nobody knows
    said.textContent = reading;
  });
  sent.addEventListener("load", () => arrived(sent));
  sent.addEventListener("error", () => {
    said.textContent = lost;
    for (const button of form.querySelectorAll("button")) button.disabled = false;
  });
  sent.open("POST", form.action);
  sent.send(new FormData(form));
}

function watch() {
  for (const form of document.querySelectorAll("form[data-upload]")) form.addEventListener("submit", /** @type {any} */ (send));
}

watch();
