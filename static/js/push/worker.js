// The worker of a page that tells what is new while it is closed: it shows what is pushed, and opens the page.
// It speaks for that page alone and keeps nothing: boards have a worker of their own (static/js/offline/worker.js).

/** @param {string} path */
const windowsOf = async (path) => {
  const all = await clients.matchAll({ type: "window", includeUncontrolled: true });
  return /** @type {WindowClient[]} */ (all).filter(({ url }) => new URL(url).pathname === path);
};

/** @param {PushEvent} event */
async function show({ data }) {
  const { title, ...said } = /** @type {PushMessageData} */ (data).json();
  const windows = await windowsOf(said.data);
  if (windows.some(({ visibilityState }) => visibilityState === "visible")) return; // it is seen already
  await registration.showNotification(title, said);
}

/** @param {Notification} notification */
async function open({ data }) {
  const [first] = await windowsOf(data);
  await (first ? first.focus() : clients.openWindow(data));
}

addEventListener("install", () => skipWaiting());
addEventListener("push", (event) => event.waitUntil(show(event)));
addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification));
});
