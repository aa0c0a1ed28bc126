/** The representation type as a stage: a station's conversion between the ends of records, files and markers. */
import type { DataElements } from "../representation/data-elements.ts";
import type { Station } from "../representation/station.ts";

/** Converts the octets of each record, or of the file where there are none. */
export class TypeStage implements DataElements {
  readonly #station: Station;
  readonly #next: DataElements;

  /** @param station - The conversion; it begins anew after its end, with each record. */
  constructor(station: Station, next: DataElements) {
    this.#station = station;
    this.#next = next;
  }

  octets(bytes: Uint8Array): void {
    this.#tell(this.#station.push(bytes));
  }

  endOfRecord(): void {
    this.#tell(this.#station.finish());
    this.#next.endOfRecord();
  }

  /** Where the station holds octets back, a transfer could not begin again: such a marker is passed over. */
  marker(text: string): void {
    if (this.#station.holds !== true) this.#next.marker(text);
  }

  endOfFile(): void {
    this.#tell(this.#station.finish());
    this.#next.endOfFile();
  }

  #tell(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#next.octets(bytes);
  }
}
