/** Type, structure and mode of the transfers to come (RFC 959 §4.1.2). Pure. */
import type { RepresentationType } from "../../protocol/index.ts";

/** The transfer parameters. */
export interface TransferParameters {
  readonly type: "ascii" | "image";
}

/** What moves them. */
export type TransferParametersEvent =
  { readonly event: "type"; readonly type: RepresentationType } | { readonly event: "reinitialised" };

/** The defaults of RFC 959 §5.1: ASCII non-print, file, stream. */
export const defaultTransferParameters: TransferParameters = { type: "ascii" };

const image: TransferParameters = { type: "image" };

/** The parameters after `event`; undefined when the type is none this server has. */
export function transferParametersTransition(event: TransferParametersEvent): TransferParameters | undefined {
  if (event.event === "reinitialised") return defaultTransferParameters;
  const { type } = event;
  if (type.type === "A" && type.format === "N") return defaultTransferParameters;
  // A logical byte of eight bits is an octet: L 8 is I (RFC 959 §3.1.1.4).
  if (type.type === "I" || (type.type === "L" && type.byteSize === 8)) return image;
  return undefined;
}
