// What a board runs when somebody first asks for the list of keys, or for a number.
import "../keyboard/panels.js";
