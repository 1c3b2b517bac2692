// What a board runs that is reached over plain http.
import "../offline/plain_http.js";
