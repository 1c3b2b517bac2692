// What every page with a stream runs: it says whether it is live, and its times stay true.
import "../live/wake.js";
import "../core/clocks.js";
import "../core/days.js";
