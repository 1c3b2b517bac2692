// The worker that opens boards without the server is there before the first board is.
const overHttp = document.getElementById("over-http"); // where a tablet is set up
if (overHttp) overHttp.hidden = isSecureContext;
navigator.serviceWorker?.register("/sw.js").catch(() => {}); // the board tries again
