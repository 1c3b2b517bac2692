// Which tones this tablet makes and how loud: kept on the tablet, chosen in a panel (see alerts/sound_panel.js).
const KINDS = /** @type {const} */ (["new", "changed", "cancelled", "late"]);
/**
 * @typedef {(typeof KINDS)[number]} Kind
 * @typedef {{ again: number } & Record<Kind, { on: boolean, volume: number }>} Tones
 */

// As it was chosen last.
/** @returns {Tones} */
export function tones() {
  const kept = JSON.parse(localStorage.getItem("sound") ?? "{}");
  for (const kind of KINDS) kept[kind] ??= { on: true, volume: 70 };
  return { again: 10, ...kept };
}

// 0 where the tone is switched off, else 5 to 100.
/** @param {string} kind */
export const volumeOf = (kind) => {
  const { on, volume } = tones()[/** @type {Kind} */ (kind)];
  return on ? volume : 0;
};

// How often what is not taken notice of is said again, in milliseconds.
export const again = () => tones().again * 1000;
