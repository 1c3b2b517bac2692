// Of many lines the first are shown; a button shows them all.
import { on } from "../core/dom.js";

const care = document.getElementById("care");

on("click", ({ target }) => {
  if (!care || !target.closest("[data-show-all]")) return;
  care.dataset.all = "";
  care.querySelector("h3")?.focus();
});
