// The worker that opens boards without the server is there before the first board is.
navigator.serviceWorker?.register("/sw.js").catch(() => {}); // the board tries again
