// What the first page of managers runs: it says whether it is live, its rows come in place, its ages tick.
import "./live.js";
import "../overview/rows.js";
import "../overview/ages.js";
import "../overview/care.js";
