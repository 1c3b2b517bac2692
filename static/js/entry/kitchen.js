// What a kitchen board runs: what every board does, the rail, and the counts of dishes.
import "./board.js";
import "../rail/rail.js";
import "../rail/ticket.js";
import "../board/allday_toggle.js";
import "../live/wake.js";
