/**
 * Telnet on the control connection (RFC 959 §2.3, RFC 1123 §4.1.2.12, RFC 854).
 *
 * Commands and negotiations are taken out and ignored, as RFC 1123 allows; `IAC IAC` is a data byte 255. The Synch that
 * precedes ABOR (`IAC IP IAC DM`, an urgent byte among them) loses a byte on stacks without out-of-band-inline, so
 * `FF F4 FF F2`, `FF F4 F2` and `FF F4 FF` all vanish here.
 *
 *     IAC command            241 .. 249
 *     IAC option code        251 (WILL) .. 254 (DONT), then the option
 *     IAC SB ... IAC SE      250 .. 240, a subnegotiation
 */

/** Interpret As Command (RFC 854). */
export const IAC = 255;
const SE = 240;
const DM = 242;
const IP = 244;
const SB = 250;
const WILL = 251;

/** What precedes ABOR during a transfer: `IAC IP`, and the Synch's `IAC DM` (RFC 959 §4.1.3). */
export const telnetSynch: Uint8Array = Uint8Array.of(IAC, IP, IAC, DM);

/** Text for the control connection, its octets 255 doubled: alone they would be Telnet. */
export function escapeTelnet(bytes: Uint8Array): Uint8Array {
  if (!bytes.includes(IAC)) return bytes;
  return Uint8Array.from([...bytes].flatMap((byte) => (byte === IAC ? [IAC, IAC] : [byte])));
}

type State = "data" | "iac" | "option" | "subnegotiation" | "subnegotiation-iac" | "after-ip";

/** Takes Telnet commands out of a stream that may be split anywhere. */
export class TelnetDecoder {
  #state: State = "data";

  /**
   * @param chunk - Bytes as they arrived.
   * @returns The bytes that are no Telnet; the very same chunk when it holds none.
   */
  decode(chunk: Uint8Array): Uint8Array {
    if (this.#state === "data" && !chunk.includes(IAC)) return chunk;
    const out = new Uint8Array(chunk.length);
    let length = 0;
    for (const byte of chunk) {
      const keep = this.#next(byte);
      if (keep) out[length++] = byte;
    }
    return out.subarray(0, length);
  }

  /** Whether `byte` is data, with the state moved on. */
  #next(byte: number): boolean {
    switch (this.#state) {
      case "data":
        if (byte !== IAC) return true;
        this.#state = "iac";
        return false;
      case "after-ip":
        // The IAC of `IAC DM` may have been taken by the urgent mark: a lone DM here is still the Synch.
        this.#state = byte === IAC ? "iac" : "data";
        return byte !== IAC && byte !== DM;
      case "iac":
        return this.#command(byte);
      case "option":
        this.#state = "data";
        return false;
      case "subnegotiation":
        if (byte === IAC) this.#state = "subnegotiation-iac";
        return false;
      case "subnegotiation-iac":
        this.#state = byte === SE ? "data" : "subnegotiation";
        return false;
    }
  }

  #command(byte: number): boolean {
    if (byte === IAC) {
      this.#state = "data";
      return true;
    }
    if (byte < SE) {
      // What follows is no command: the DM after this IAC was taken by the urgent mark.
      this.#state = "data";
      return true;
    }
    this.#state = byte === SB ? "subnegotiation" : byte >= WILL ? "option" : byte === IP ? "after-ip" : "data";
    return false;
  }
}
