// Moves a part of the page to another place of it: what somebody has in focus, or open over the page, stays so.
/** @param {Element} parent @param {HTMLElement} part @param {Element | null} before */
export function move(parent, part, before) {
  const held = part.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement) : null;
  if (part.isConnected && "moveBefore" in parent) parent.moveBefore(part, before);
  else parent.insertBefore(part, before);
  if (held?.isConnected) held.focus({ preventScroll: true });
}
