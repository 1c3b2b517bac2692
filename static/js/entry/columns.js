// What a kitchen board runs that shows columns.
import "../board/late_counts.js";
