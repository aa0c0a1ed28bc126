/**
 * The index of a file's records: how long each is, four octets a record, the most significant first.
 *
 *     | length of record 0 | length of record 1 | ...
 *     |      4 octets      |      4 octets      |
 */
import { DataFormatError } from "../data-format-error.ts";
import { message } from "../message.ts";

/** Records that an index may have. */
export const recordCountLimit = 1_000_000;

/** Octets of an index for each record. */
const entryLength = 4;
/** The longest record that an entry can tell. */
const longestRecord = 0xffff_ffff;
/** Records that memory is taken for at first. */
const initialCapacity = 64;

/** The lengths of a file's records, in order. */
export class RecordLengths {
  #memory: Uint8Array;
  #view: DataView;
  #count: number;

  /**
   * @param index - An index as `index` gave it; it must not change while this is used.
   * @throws DataFormatError `not-representable` when it is none, `too-large` when it has too many records.
   */
  constructor(index: Uint8Array = new Uint8Array(0)) {
    if (index.length % entryLength !== 0) {
      throw new DataFormatError("not-representable", message("The file's record index is damaged"));
    }
    this.#memory = index;
    this.#view = viewOf(index);
    this.#count = index.length / entryLength;
    if (this.#count > recordCountLimit) throw tooMany();
  }

  /** Records so far. */
  get count(): number {
    return this.#count;
  }

  /** @param record - Which, from 0. @returns Its octets, or undefined where there is no such record. */
  at(record: number): number | undefined {
    if (record >= this.#count) return undefined;
    return this.#view.getUint32(record * entryLength);
  }

  /**
   * Adds a record.
   *
   * @param length - Its octets.
   * @throws DataFormatError `too-large` for too many records, `record-too-long` for more than four octets can tell.
   */
  add(length: number): void {
    if (this.#count === recordCountLimit) throw tooMany();
    if (length > longestRecord) throw new DataFormatError("record-too-long", message("A record is 4 GiB or longer"));
    const at = this.#count * entryLength;
    if (at === this.#memory.length) {
      const larger = new Uint8Array(Math.max(initialCapacity * entryLength, this.#memory.length * 2));
      larger.set(this.#memory);
      this.#memory = larger;
      this.#view = viewOf(larger);
    }
    this.#view.setUint32(at, length);
    this.#count++;
  }

  /** The index so far. It holds until the next `add`. */
  index(): Uint8Array {
    return this.#memory.subarray(0, this.#count * entryLength);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function tooMany(): DataFormatError {
  return new DataFormatError(
    "too-large",
    message("The file has more than {limit} records", { limit: recordCountLimit }),
  );
}
