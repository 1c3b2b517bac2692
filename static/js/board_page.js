// Everything that every board runs, in the order in which it has to begin: what keeps the page sees it as it came.
import "./kept.js";
import "./waking.js";
import "./clocks.js";
import "./days.js";
import "./board.js";
import "./filters.js";
import "./lates.js";
import "./queue.js";
import "./person.js";
import "./sound.js";
import "./keys.js";
import "./announce.js";
