/** The text of a restart marker (RFC 959 §3.5): printable characters, no space. */
import { DataFormatError } from "../data-format-error.ts";
import { message } from "../message.ts";

/** Characters of a restart marker at most: as many as one string of compressed mode holds. */
export const restartMarkerLimit = 127;

const restartMarker = /^[\x21-\x7e]+$/;

/**
 * @param text - Printable ASCII without a space.
 * @returns Its octets.
 * @throws RangeError for a text that no marker can have.
 */
export function formatRestartMarker(text: string): Uint8Array {
  if (!restartMarker.test(text) || text.length > restartMarkerLimit) throw new RangeError("Not a restart marker");
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Gathers a marker's text, which may come in parts. */
export class RestartMarkerText {
  #text = "";

  /** @throws DataFormatError `malformed` when the text gets longer than the limit, or is not printable. */
  push(octets: Uint8Array): void {
    if (this.#text.length + octets.length > restartMarkerLimit) {
      throw new DataFormatError(
        "malformed",
        message("A restart marker is longer than {limit} characters", { limit: restartMarkerLimit }),
      );
    }
    const part = String.fromCharCode(...octets);
    if (octets.length > 0 && !restartMarker.test(part)) {
      throw new DataFormatError("malformed", message("A restart marker has characters that are not printable"));
    }
    this.#text += part;
  }

  /**
   * The whole text; the next marker begins.
   *
   * @throws DataFormatError `malformed` when there is none.
   */
  take(): string {
    const text = this.#text;
    if (text === "") throw new DataFormatError("malformed", message("A restart marker has no text"));
    this.#text = "";
    return text;
  }
}
