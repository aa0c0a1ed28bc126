/** Fingerprints of certificates, as people write them: with colons, spaces or nothing between, in either case. */

/** A fingerprint to be compared: its hexadecimal digits alone, in upper case. */
export function normaliseFingerprint(fingerprint: string): string {
  return fingerprint.replaceAll(/[^0-9a-f]/gi, "").toUpperCase();
}
