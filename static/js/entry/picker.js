// What a shared tablet runs when it first asks who is there.
import "../tablet/picker.js";
