// Whether this browser can be told while a page is closed, and what it hands over so that it can.
import { make } from "../core/dom.js";

/** @param {string} scope */
const registrationOf = async (scope) => {
  const all = await navigator.serviceWorker.getRegistrations();
  return all.find((each) => new URL(each.scope).pathname === scope);
};

// What is put on the home screen opens as a page of its own, which a device asks for before it lets it tell anything.
/** @param {string} href */
function onHomeScreen(href) {
  if (!document.querySelector("[rel=manifest]")) document.head.append(make("link", { rel: "manifest", href }));
}

// Why not, in a word; nothing if it can. `manifest` says how the page opens from a home screen.
/** @param {string} manifest */
export function hindrance(manifest) {
  if (!isSecureContext) return "http";
  if (/** @type {{ standalone?: boolean }} */ (navigator).standalone === false) {
    onHomeScreen(manifest);
    return "home";
  }
  if (!navigator.serviceWorker || !("PushManager" in window)) return "none";
  return Notification.permission === "denied" ? "blocked" : "";
}

// What was handed over for the page of this path, if anything.
/** @param {string} scope */
export async function handedOver(scope) {
  if (!navigator.serviceWorker) return null;
  const registration = await registrationOf(scope);
  return (await registration?.pushManager.getSubscription()) ?? null;
}

/** @param {ServiceWorkerRegistration} registration */
function started({ installing, waiting, active }) {
  const worker = /** @type {ServiceWorker} */ (installing ?? waiting ?? active);
  return new Promise((done) => {
    const look = () => { if (worker.state === "activated") done(undefined); };
    worker.addEventListener("statechange", look);
    look();
  });
}

// Asked for by a press, or a browser refuses. Rejects where it cannot be had; null where somebody says no.
/** @param {string} worker @param {string} scope @param {Promise<string> | string} key */
export async function handOver(worker, scope, key) {
  if ((await Notification.requestPermission()) !== "granted") return null;
  const registration = await navigator.serviceWorker.register(worker, { scope });
  await started(registration);
  const wanted = { userVisibleOnly: true, applicationServerKey: await key };
  const { pushManager } = registration;
  return pushManager.subscribe(wanted).catch(async (error) => {
    const before = await pushManager.getSubscription(); // with a key that was changed since
    if (!before) throw error;
    await before.unsubscribe();
    return pushManager.subscribe(wanted);
  });
}

/** @param {string} scope */
export async function takeBack(scope) {
  const registration = await registrationOf(scope);
  await (await registration?.pushManager.getSubscription())?.unsubscribe();
  await registration?.unregister();
}
