// What a dispatch board runs: what every board does, and the strip of riders.
import "./board.js";
import "../board/rider_names.js";
import "../board/riders.js";
