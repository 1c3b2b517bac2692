// What a dispatch board runs: what every board does, and the strip of riders.
import "./board.js";
import "../board/late_counts.js";
import "../board/rider_names.js";
import "../board/riders.js";
import "../live/wake.js";
