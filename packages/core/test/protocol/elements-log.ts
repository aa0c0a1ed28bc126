import type { DataElements, FileContent, StructureEncoder } from "../../src/protocol/index.ts";

/** Octets of hex digits, with blanks anywhere. */
export function hex(digits: string): Uint8Array {
  return Uint8Array.from(Buffer.from(digits.replace(/\s/g, ""), "hex"));
}

/** Writes down what it is told: octets in hex, however they were cut, and the names of the rest. */
export class ElementsLog implements DataElements, FileContent {
  readonly entries: string[] = [];
  #afterOctets = false;

  octets(bytes: Uint8Array): void {
    const digits = Buffer.from(bytes).toString("hex");
    if (this.#afterOctets) this.entries.push(`${this.entries.pop() ?? ""}${digits}`);
    else this.entries.push(digits);
    this.#afterOctets = true;
  }

  endOfRecord(): void {
    this.#note("EOR");
  }

  marker(text: string): void {
    this.#note(`marker ${text}`);
  }

  endOfFile(): void {
    this.#note("EOF");
  }

  seek(position: number): void {
    this.#note(`seek ${position}`);
  }

  #note(entry: string): void {
    this.entries.push(entry);
    this.#afterOctets = false;
  }
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

/** What a file's elements are. */
export function elementsOf(make: (next: DataElements) => StructureEncoder, chunks: readonly Uint8Array[]): string[] {
  const log = new ElementsLog();
  send(make(log), chunks);
  return log.entries;
}
