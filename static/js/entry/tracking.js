// The customer's page: its steps never go back, and a new one is said aloud once.
import "./live.js";
import "../live/versions.js";

const headline = () => document.querySelector("#progress .headline").textContent;
let said = headline();

document.addEventListener("htmx:after:swap", () => {
  if (headline() === said) return;
  said = headline();
  document.getElementById("news").textContent = said;
});
