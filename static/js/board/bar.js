// A narrow screen has its tools in the menu, so that the bar stays one row.
import { byId } from "../core/dom.js";

const [tools, menu] = ["tools", "menu"].map(byId);
const after = /** @type {Element} */ (tools.previousElementSibling);
const narrow = matchMedia("(max-width: 46rem)");

function place() {
  if (narrow.matches) menu.prepend(tools);
  else after.after(tools);
}

narrow.addEventListener("change", place);
place();
