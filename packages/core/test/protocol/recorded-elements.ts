import fc from "fast-check";
import {
  OctetWriter,
  type DataElements,
  type FileContent,
  type ModeDecoder,
  type StructureEncoder,
} from "../../src/protocol/index.ts";

/** Octets as hexadecimal digits, `EOR`, `EOF`, `marker` and its text, or `seek` and the position. */
export type RecordedElement = string;

/** Octets of hexadecimal digits; blanks are for the reader. */
export function hex(digits: string): Uint8Array {
  return Uint8Array.from(Buffer.from(digits.replace(/\s/g, ""), "hex"));
}

/** Hexadecimal digits of octets, as `hex` takes them. */
export function digits(octets: Uint8Array): string {
  return Buffer.from(octets).toString("hex");
}

/** Writes down what it is told; octets that follow each other become one element. */
export class RecordedElements implements DataElements, FileContent {
  readonly elements: RecordedElement[] = [];
  #open = false;

  octets(bytes: Uint8Array): void {
    if (bytes.length === 0) throw new RangeError("No stage needs to be told of no octets");
    const before = this.#open ? (this.elements.pop() ?? "") : "";
    this.elements.push(before + digits(bytes));
    this.#open = true;
  }

  endOfRecord(): void {
    this.#add("EOR");
  }

  marker(text: string): void {
    this.#add(`marker ${text}`);
  }

  endOfFile(): void {
    this.#add("EOF");
  }

  seek(position: number): void {
    this.#add(`seek ${position}`);
  }

  #add(element: RecordedElement): void {
    this.elements.push(element);
    this.#open = false;
  }
}

/** Tells elements one by one. */
export function tell(elements: readonly RecordedElement[], target: DataElements, afterEach?: () => void): void {
  for (const element of elements) {
    if (element === "EOR") target.endOfRecord();
    else if (element === "EOF") target.endOfFile();
    else if (element.startsWith("marker ")) target.marker(element.slice(7));
    else target.octets(hex(element));
    afterEach?.();
  }
}

/** What an encoder makes of elements, as hexadecimal digits. @param take - When the writer is emptied. */
export function encode(
  make: (out: OctetWriter) => DataElements,
  elements: readonly RecordedElement[],
  take: "at the end" | "after each" = "at the end",
): string {
  const out = new OctetWriter();
  let encoded = "";
  const empty = (): void => {
    encoded += digits(out.take());
  };
  tell(elements, make(out), take === "after each" ? empty : undefined);
  empty();
  return encoded;
}

/** What a decoder makes of chunks and, unless told otherwise, of the close after them. */
export function decode(
  make: (next: DataElements) => ModeDecoder,
  chunks: readonly Uint8Array[],
  close: "closed" | "open" = "closed",
): { elements: RecordedElement[]; read: number; end: ModeDecoder["end"] } {
  const recorded = new RecordedElements();
  const decoder = make(recorded);
  let read = 0;
  for (const chunk of chunks) {
    // The memory is the caller's again after each call: what was kept of it would show.
    const copy = Uint8Array.from(chunk);
    const took = decoder.push(copy);
    copy.fill(0xee);
    read += took;
    if (took < chunk.length) break;
  }
  if (close === "closed") decoder.finish();
  return { elements: recorded.elements, read, end: decoder.end };
}

/** The same elements, octets that follow each other in one. */
export function joined(elements: readonly RecordedElement[]): RecordedElement[] {
  const recorded = new RecordedElements();
  tell(elements, recorded);
  return recorded.elements;
}

/** A file in memory that elements are stored by. */
export class MemoryContent implements FileContent {
  #octets: number[] = [];
  #position = 0;

  octets(bytes: Uint8Array): void {
    while (this.#octets.length < this.#position) this.#octets.push(0);
    for (const octet of bytes) this.#octets[this.#position++] = octet;
  }

  seek(position: number): void {
    this.#position = position;
  }

  marker(): void {
    // A file keeps none.
  }

  get bytes(): number[] {
    return this.#octets;
  }
}

/** Sends a file that is cut into chunks. */
export function send(encoder: StructureEncoder, chunks: readonly Uint8Array[]): void {
  for (const chunk of chunks) encoder.push(chunk);
  encoder.finish();
}

/** The elements that a stored file becomes. */
export function sentElements(
  make: (next: DataElements) => StructureEncoder,
  chunks: readonly Uint8Array[],
): RecordedElement[] {
  const recorded = new RecordedElements();
  send(make(recorded), chunks);
  return recorded.elements;
}

const octetsOf = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 40 }),
  fc
    .array(fc.constantFrom(0, 1, 32, 64, 128, 255), { minLength: 1, maxLength: 40 })
    .map((list) => Uint8Array.from(list)),
  fc
    .tuple(fc.constantFrom(0, 32, 65, 255), fc.integer({ min: 1, max: 200 }))
    .map(([octet, count]) => new Uint8Array(count).fill(octet)),
);
const markerOf = fc.stringMatching(/^[!-~]{1,20}$/).map((text) => `marker ${text}`);

/** The elements of a file, its end last. */
export function elementsOf(kinds: {
  readonly records: boolean;
  readonly markers: boolean;
}): fc.Arbitrary<RecordedElement[]> {
  const element = fc.oneof(
    { weight: 4, arbitrary: octetsOf.map(digits) },
    { weight: kinds.records ? 2 : 0, arbitrary: fc.constant("EOR") },
    { weight: kinds.markers ? 1 : 0, arbitrary: markerOf },
  );
  return fc.array(element, { maxLength: 12 }).map((elements) => [...elements, "EOF"]);
}
