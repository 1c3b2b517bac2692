// What is written in the reader's digits, as a number; what stands behind the digits is left out.
/** @param {string} text */
export const western = (text) => Number.parseInt(text.trim().replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x660)), 10);
