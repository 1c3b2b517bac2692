// What a board runs when somebody first presses a key.
import "../keyboard/keys.js";
import "../keyboard/bump_panel.js";
