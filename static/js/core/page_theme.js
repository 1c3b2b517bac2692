// Pages beside the boards: what this device chose last, else as the device itself is set, also when that changes.
import "./theme.js";

var page = document.documentElement;
var dark = matchMedia("(prefers-color-scheme: dark)");
function follow() {
  if (!localStorage.getItem("theme")) page.dataset.theme = dark.matches ? "dark" : "light";
}
if (page.dataset.theme === "device") {
  dark.addEventListener("change", follow);
  follow();
}
