// Numbers and octets that look random and are the same for the same seed, everywhere.

/** A generator (mulberry32). */
export class Random {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 to below `below`. */
  below(below) {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  }

  /** True once in so many times. */
  once(times) {
    return this.below(times) === 0;
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  /** So many of what `make` makes. */
  list(most, make) {
    return Array.from({ length: this.below(most + 1) }, make);
  }

  bytes(most) {
    return Buffer.from(this.list(most, () => this.below(256)));
  }

  /** A copy with some octets changed, left out, doubled or put in; often octets that mean something. */
  mutate(bytes, interesting = [0, 1, 10, 13, 32, 127, 128, 255]) {
    let changed = Buffer.from(bytes);
    for (let changes = 1 + this.below(4); changes > 0; changes--) {
      const at = this.below(changed.length + 1);
      const octet = this.once(2) ? this.pick(interesting) : this.below(256);
      const end = at + this.below(8);
      const parts = [
        () => [changed.subarray(0, at), Buffer.from([octet]), changed.subarray(at + 1)],
        () => [changed.subarray(0, at), Buffer.from([octet]), changed.subarray(at)],
        () => [changed.subarray(0, at), changed.subarray(end)],
        () => [changed.subarray(0, end), changed.subarray(at)],
        () => [changed.subarray(0, at)],
        () => [changed.subarray(0, at), Buffer.alloc(this.below(300), octet), changed.subarray(at)],
      ];
      changed = Buffer.concat(this.pick(parts)());
    }
    return changed;
  }

  /** The octets in pieces of any length. */
  pieces(bytes) {
    const pieces = [];
    for (let at = 0; at < bytes.length;) {
      const length = 1 + this.below(this.once(4) ? 3 : 400);
      pieces.push(bytes.subarray(at, at + length));
      at += length;
    }
    return pieces;
  }
}
