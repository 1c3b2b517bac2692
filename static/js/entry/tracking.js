// The customer's page: its steps never go back, and a new one is said aloud once.
import "./live.js";
import "../live/versions.js";
import { TELL, afterSwap } from "../live/swap_pipeline.js";

const progress = document.getElementById("progress");
const headline = () => progress.querySelector(".headline").textContent;
let said = headline();

// What is on its way is swapped whole, with its times.
afterSwap(TELL, () => {
  document.dispatchEvent(new CustomEvent("retimed", { detail: progress }));
  if (headline() === said) return;
  said = headline();
  document.getElementById("news").textContent = said;
});
