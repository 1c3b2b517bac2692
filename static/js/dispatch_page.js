// What a dispatch board runs: what every board does, and the strip of riders.
import "./board_page.js";
import "./riders.js";
