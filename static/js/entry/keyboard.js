// What a board runs when somebody first presses a key.
import { emit } from "../core/dom.js";
import "../keyboard/keys.js";
import "../keyboard/bump_panel.js";

emit("keys:ready"); // see first_key.js
