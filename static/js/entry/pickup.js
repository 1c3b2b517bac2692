// What the guests' board runs.
import "./live.js";
import "../pickup/calls.js";
import "../offline/plain_http.js";
