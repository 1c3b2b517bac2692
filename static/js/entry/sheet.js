// What a board runs when somebody first changes an order.
import "../board/order_sheet.js";
