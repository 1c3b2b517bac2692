// What a kitchen board runs: what every board does, and the counts of dishes.
import "./board.js";
import "../board/allday.js";
