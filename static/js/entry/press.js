// What a kitchen board runs from the first touch on.
import "../rail/press.js";
