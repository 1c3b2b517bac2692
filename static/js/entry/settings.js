// What the page of targets and shifts runs.
import "../manager/shift_rows.js";
