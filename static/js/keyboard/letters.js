// Single letters can be switched off on this tablet, for those whose hands or voice would press them unawares.
export const OFF = "keys-off";
export const isOff = () => localStorage.getItem(OFF) !== null;
