// What the page runs on which orders are taken: what stands in the form first, then what is drawn of it.
import "../core/days.js";
import "../order_entry/ticket.js";
import "../order_entry/dishes.js";
import "../order_entry/guest.js";
import "../order_entry/quotes.js";
import "../order_entry/keys.js";
import "../order_entry/news.js";
import { emit } from "../core/dom.js";
import { resume } from "../order_entry/sending.js";

emit("entry:form");
resume();
