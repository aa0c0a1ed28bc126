/** The size that the end which has the file told (tsize, RFC 2349), held against what it sent. */

/** The file has another size than was told. */
export class SizeMismatchError extends Error {
  override readonly name = "SizeMismatchError";
}

/** A size that was told, and who told it. */
export interface ToldSize {
  readonly octets: number;
  readonly by: "server" | "client";
}

/** What was told, where it is a size: 0 is what those tell that do not know it. */
export function toldSize(octets: number | undefined, by: ToldSize["by"]): ToldSize | undefined {
  return octets === undefined || octets === 0 ? undefined : { octets, by };
}

/** @param sent - Octets so far; more will not make up for too many. @throws SizeMismatchError where they are. */
export function demandNoMore(told: ToldSize | undefined, sent: number): void {
  if (told !== undefined && sent > told.octets) throw mismatch(told, `sent more`);
}

/** @param sent - Octets in all. @throws SizeMismatchError. */
export function demandSize(told: ToldSize | undefined, sent: number): void {
  if (told !== undefined && sent !== told.octets) throw mismatch(told, `sent ${sent}`);
}

function mismatch({ octets, by }: ToldSize, what: string): SizeMismatchError {
  return new SizeMismatchError(`the ${by} told a size of ${octets} octets, and ${what}`);
}
