// What a kitchen board runs when it is first asked how many of each dish are to be made.
import "../board/allday.js";
