/** STRU F (RFC 959 §3.1.2.1): the file is octets, with no structure within. */
import { message } from "../message.ts";
import type { DataElements, FileContent, StructureEncoder } from "../representation/data-elements.ts";
import { DataFormatError } from "../data-format-error.ts";

/** From the stored file. */
export class FileStructureEncoder implements StructureEncoder {
  readonly #next: DataElements;

  constructor(next: DataElements) {
    this.#next = next;
  }

  push(chunk: Uint8Array): void {
    this.#next.octets(chunk);
  }

  finish(): void {
    this.#next.endOfFile();
  }
}

/** To the stored file. */
export class FileStructureDecoder implements DataElements {
  readonly #content: FileContent;

  constructor(content: FileContent) {
    this.#content = content;
  }

  octets(bytes: Uint8Array): void {
    this.#content.octets(bytes);
  }

  endOfRecord(): void {
    throw new DataFormatError("malformed", message("An end of record came, and structure F has no records"));
  }

  marker(text: string): void {
    this.#content.marker(text);
  }

  endOfFile(): void {
    // The octets were all: nothing stands for the end in the store.
  }
}
