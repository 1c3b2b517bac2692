// What the report page does beside showing tables: the running shift, charts, their files, the form's address.
import "./live.js";
import "../report/running.js";
import "../report/figures.js";
import "../report/choice.js";
