// How much work each row is. `full` is what figures are quoted of; `quick` shows that all works, and little else.
const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;

/**
 * Octets and counts.
 *
 * @typedef {Readonly<Record<keyof typeof full, number>>} Sizes
 */
const full = {
  file: 1024 * mebibyte,
  retrievals: 4,
  retrievalsAtOnce: 8,
  stores: 2,
  storesAtOnce: 4,
  fileAtOnce: 512 * mebibyte,
  smallFile: 4 * kibibyte,
  smallFiles: 2_000,
  smallFilesAtOnce: 4_000,
  commands: 20_000,
  logins: 1_000,
  listings: 20,
  entries: 10_000,
  idleSessions: 1_000,
  secureTransfers: 1,
  tftpFile: 10 * mebibyte,
  tftpLargeFile: 100 * mebibyte,
  tftpSmallBlocks: 4,
  tftpWindows: 2,
  tftpWrites: 2,
  boots: 100,
  bootsAtOnce: 50,
  clientFile: 1024 * mebibyte,
  clientFiles: 1_000,
  clientUnchanged: 5_000,
};

/** @type {Sizes} */
export const fullSizes = full;

/** @type {Sizes} */
export const quickSizes = {
  file: 64 * mebibyte,
  retrievals: 2,
  retrievalsAtOnce: 4,
  stores: 2,
  storesAtOnce: 4,
  fileAtOnce: 32 * mebibyte,
  smallFile: 4 * kibibyte,
  smallFiles: 100,
  smallFilesAtOnce: 200,
  commands: 1_000,
  logins: 50,
  listings: 3,
  entries: 10_000,
  idleSessions: 100,
  secureTransfers: 1,
  tftpFile: mebibyte,
  tftpLargeFile: 4 * mebibyte,
  tftpSmallBlocks: 1,
  tftpWindows: 2,
  tftpWrites: 1,
  boots: 50,
  bootsAtOnce: 50,
  clientFile: 64 * mebibyte,
  clientFiles: 100,
  clientUnchanged: 200,
};
