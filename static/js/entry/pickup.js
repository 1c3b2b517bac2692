// What the guests' board runs.
import "./live.js";
import "../pickup/calls.js";
