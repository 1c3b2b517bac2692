// Pages beside the boards: what this device chose last, else as the device itself is set, also when that changes.
import "./theme.js";

const page = document.documentElement;
if (page.dataset.theme === "device") {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => {
    if (!localStorage.getItem("theme")) page.dataset.theme = dark.matches ? "dark" : "light";
  };
  dark.addEventListener("change", follow);
  follow();
}
