/** Type, structure and mode of the transfers to come (RFC 959 §4.1.2). Pure. */
import type { DataFormat, ModeCode, RepresentationType, StructureCode } from "../../protocol/index.ts";

/** The transfer parameters. */
export interface TransferParameters extends DataFormat {
  /** MODE Z's effort, where OPTS chose one. */
  readonly deflateLevel?: number;
}

/** What moves them. */
export type TransferParametersEvent =
  | { readonly event: "type"; readonly type: RepresentationType }
  | { readonly event: "structure"; readonly structure: StructureCode }
  | { readonly event: "mode"; readonly mode: ModeCode }
  | { readonly event: "deflate-level"; readonly level: number }
  | { readonly event: "reinitialised" };

/** The defaults of RFC 959 §5.1: ASCII non-print, file, stream. */
export const defaultTransferParameters: TransferParameters = {
  type: { type: "A", format: "N" },
  structure: "F",
  mode: "S",
};

/** The parameters after `event`. Whether they mean something together is asked when a transfer begins. */
export function transferParametersTransition(
  parameters: TransferParameters,
  event: TransferParametersEvent,
): TransferParameters {
  switch (event.event) {
    case "type":
      return { ...parameters, type: event.type };
    case "structure":
      return { ...parameters, structure: event.structure };
    case "mode":
      return { ...parameters, mode: event.mode };
    case "deflate-level":
      return { ...parameters, deflateLevel: event.level };
    case "reinitialised":
      return defaultTransferParameters;
  }
}
