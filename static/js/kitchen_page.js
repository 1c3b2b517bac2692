// What a kitchen board runs: what every board does, and the counts of dishes.
import "./board_page.js";
import "./allday.js";
