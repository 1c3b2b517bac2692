// What a dispatch board runs: what every board does, its zones, and what goes out with whom.
import "./board.js";
import "../board/late_counts.js";
import "../dispatch/rider_names.js";
import "../dispatch/riders.js";
import "../dispatch/tabs.js";
import "../dispatch/zones.js";
import "../dispatch/opened.js";
import "../dispatch/hand_bar.js";
import "../dispatch/to_riders.js";
import "../dispatch/refusals.js";
import "../live/wake.js";
