/** The representation type as a stage: a station's conversion between the ends of records, files and markers. */
import type { DataElements } from "../representation/data-elements.ts";
import type { Station } from "../representation/station.ts";

/** Converts the octets of each record, or of the file where there are none. */
export class TypeStage implements DataElements {
  readonly #make: () => Station;
  readonly #next: DataElements;
  #station: Station;

  /** @param make - Makes the conversion; each record begins one anew. */
  constructor(make: () => Station, next: DataElements) {
    this.#make = make;
    this.#next = next;
    this.#station = make();
  }

  octets(bytes: Uint8Array): void {
    this.#tell(this.#station.push(bytes));
  }

  endOfRecord(): void {
    this.#tell(this.#station.finish());
    this.#station = this.#make();
    this.#next.endOfRecord();
  }

  /** What the station holds back comes after the marker: a restart there begins with what completes it. */
  marker(text: string): void {
    this.#next.marker(text);
  }

  endOfFile(): void {
    this.#tell(this.#station.finish());
    this.#next.endOfFile();
  }

  #tell(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#next.octets(bytes);
  }
}
