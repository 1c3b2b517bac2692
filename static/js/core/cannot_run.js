// A page whose scripts cannot begin must not say "Connecting…" for ever: its sign says what the page says to a browser
// without scripts. In the language of 2009 (the build sees to that), so that any browser understands it.
addEventListener("error", function (event) {
  var sentence = document.querySelector("#live noscript"); // live/wake.js takes it away when all have begun
  if (!sentence || /** @type {HTMLLinkElement} */ (event.target).href) return; // a style sheet
  var sign = /** @type {HTMLElement} */ (sentence.parentNode);
  var stream = document.querySelector("[hx-sse\\:connect]");
  sign.textContent = sentence.textContent;
  document.documentElement.dataset.view = "columns";
  sign.dataset.state = "ended";
  document.body.dataset.live = "failed"; // its orders can be read as they were, and not tapped
  if (stream) /** @type {Node} */ (stream.parentNode).removeChild(stream);
}, true);
