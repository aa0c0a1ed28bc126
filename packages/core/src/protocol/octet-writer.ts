/** Memory that octets are gathered in, and that serves again once they are taken. */

/** Octets that a writer begins with. */
const initialCapacity = 16 * 1024;

/** Gathers octets. Its memory grows as needed and is used again after each `take`. */
export class OctetWriter {
  #memory: Uint8Array = new Uint8Array(initialCapacity);
  #length = 0;

  /** Octets gathered since the last `take`. */
  get length(): number {
    return this.#length;
  }

  /** Adds one octet. */
  octet(value: number): void {
    if (this.#length === this.#memory.length) this.#grow(1);
    this.#memory[this.#length++] = value;
  }

  /** Adds octets. */
  octets(bytes: Uint8Array): void {
    const at = this.#reserve(bytes.length);
    this.#memory.set(bytes, at);
  }

  /** Adds one octet several times. */
  repeat(value: number, count: number): void {
    const at = this.#reserve(count);
    this.#memory.fill(value, at, at + count);
  }

  /** Sets bits of an octet that was gathered since the last `take`. @param at - Its place, from 0. */
  setBits(at: number, bits: number): void {
    if (at >= this.#length) throw new RangeError("There is no such octet");
    this.#memory[at] = (this.#memory[at] ?? 0) | bits;
  }

  /** What was gathered. It holds until the next call of any method. */
  take(): Uint8Array {
    const taken = this.#memory.subarray(0, this.#length);
    this.#length = 0;
    return taken;
  }

  #reserve(count: number): number {
    const at = this.#length;
    if (at + count > this.#memory.length) this.#grow(count);
    this.#length += count;
    return at;
  }

  #grow(by: number): void {
    const larger = new Uint8Array(Math.max(this.#memory.length * 2, this.#length + by));
    larger.set(this.#memory.subarray(0, this.#length));
    this.#memory = larger;
  }
}
