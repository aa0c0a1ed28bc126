/** What Node's callbacks are given where nothing failed: null by Node's documentation, undefined in Bun. */

/** Whether a callback was given an error. A comparison with null alone takes Bun's undefined for one. */
export function isCallbackError<E extends Error>(given: E | null | undefined): given is E {
  return given !== null && given !== undefined;
}
