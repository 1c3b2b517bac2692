// What the page runs on which a manager says what to be alerted of.
import "../push/alert_here.js";
