// Who taps, as taps ask for it: on a shared tablet whoever is on (see tablet/signed_on.js), else whoever has signed in.
import { emit } from "../core/dom.js";

const dialog = document.getElementById("person"); // on shared tablets only
const CUT_OFF = ["reconnecting", "silent", "offline"];

// Where the tablet keeps who is on.
export const PLACE = `person:${dialog?.dataset.tablet}`;

// A tablet does not rest while it is cut off: whoever taps then could not sign on again.
export const isCutOff = () => !navigator.onLine || CUT_OFF.includes(document.body.dataset.live);

// `{name, token}` of whoever is on; null if nobody is, or on a sign-in of one's own.
/** @returns {Signed | null} */
export function currentPerson() {
  const { name, token } = JSON.parse(sessionStorage.getItem(PLACE) ?? "{}") ?? {};
  return token ? { name, token } : null;
}

// The token of whoever is on, asked for if nobody is; "" on a sign-in of one's own. Rejects if nobody signs on. `taps` are
// what it is wanted for.
/** @param {Tap[]} [taps] @returns {Promise<string>} */
export const identify = async (taps) =>
  dialog ? new Promise((resolve, reject) => { emit("person:wanted", { taps, resolve, reject }); }) : "";

// The tablet forgets who is on, if the token is still theirs.
/** @param {string} token */
export const forget = (token) => emit("person:left", token);
