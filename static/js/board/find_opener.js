// Looking for an order begins with a tap in the menu, or with a key.
import { byId, emit, on } from "../core/dom.js";
import { late } from "../core/late.js";

const open = () => { late("find", "panels").then(() => emit("find:open"), () => {}); };

on("find:asked", open);
byId("find-open").addEventListener("click", () => {
  byId("menu").hidePopover(); // the focus goes back to what opened it
  open();
});
