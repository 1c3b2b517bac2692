// What a board runs when somebody first looks for an order.
import "../board/find.js";
