/** The Debian packages that are missing. */
export function missingFirmware(): readonly string[];
