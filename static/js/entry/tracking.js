// The customer's page: its steps never go back, and a new one is said aloud once.
import "./live.js";
import "../live/versions.js";
import { byId, emit, one } from "../core/dom.js";
import { TELL, afterSwap } from "../live/swap_pipeline.js";

const progress = byId("progress");
const headline = () => one(progress, ".headline").textContent;
let said = headline();

// What is on its way is swapped whole, with its times.
afterSwap(TELL, () => {
  emit("retimed", progress);
  if (headline() === said) return;
  said = headline();
  byId("news").textContent = said;
});
