// The replies of one control connection (RFC 959 §4.2), cut out of what the socket reads into one buffer.

/** Octets of a reply that a server may send before it counts as broken. */
const longestReply = 65_536;

/** Takes octets, gives last lines of replies in their order. */
export class ReplyReader {
  #text = "";
  /** @type {string[]} */
  #replies = [];
  /** @type {{ resolve: (line: string) => void, reject: (error: Error) => void } | undefined} */
  #waiter;
  /** @type {Error | undefined} */
  #failure;

  /**
   * @param {Buffer} buffer What was read.
   * @param {number} length How many of its octets are new.
   */
  take(buffer, length) {
    this.#text += buffer.latin1Slice(0, length);
    for (let end = this.#text.indexOf("\n"); end !== -1; end = this.#text.indexOf("\n")) {
      const line = this.#text.slice(0, end + 1);
      this.#text = this.#text.slice(end + 1);
      if (isLastLine(line)) this.#give(line);
    }
    if (this.#text.length > longestReply) this.fail(new Error("a reply without an end"));
  }

  /** The last line of the next reply. @returns {Promise<string>} */
  next() {
    const line = this.#replies.shift();
    if (line !== undefined) return Promise.resolve(line);
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => (this.#waiter = { resolve, reject }));
  }

  /** No reply comes any more. @param {Error} error */
  fail(error) {
    this.#failure ??= error;
    this.#waiter?.reject(this.#failure);
    this.#waiter = undefined;
  }

  /** @param {string} line */
  #give(line) {
    const waiter = this.#waiter;
    if (waiter === undefined) this.#replies.push(line);
    this.#waiter = undefined;
    waiter?.resolve(line);
  }
}

/** Three digits and a blank; a line that goes on has a hyphen there. @param {string} line */
function isLastLine(line) {
  const first = line.charCodeAt(0);
  return line.length >= 4 && first >= 0x31 && first <= 0x35 && line.charCodeAt(3) === 0x20;
}
