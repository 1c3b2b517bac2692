// What a board on a shared tablet runs besides.
import "../tablet/signed_on.js";
import "../tablet/unsigned.js";
