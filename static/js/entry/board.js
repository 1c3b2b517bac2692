// What every board runs. snapshot.js comes first: it must store the page before other scripts change it. A kind of board
// adds its own, and last live/wake.js, which says that all have begun.
import "../offline/snapshot.js";
import "../core/clocks.js";
import "../core/days.js";
import "../live/versions.js";
import "../taps/sender.js";
import "../taps/leave_guard.js";
import "../taps/pending_card.js";
import "../taps/pending_bar.js";
import "../taps/tap_handler.js";
import "../live/morph.js";
import "../board/order_dialogs.js";
import "../board/bar.js";
import "../board/counts.js";
import "../board/numbers.js";
import "../board/filters.js";
import "../board/find_opener.js";
import "../alerts/sound.js";
import "../keyboard/first_key.js";
import "../alerts/announce.js";
