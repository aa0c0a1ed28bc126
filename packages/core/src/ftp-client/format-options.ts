/** How a file is to travel, as the callers of a client say it: type, structure and mode (RFC 959 §3). */
import {
  byteSizeOf,
  defaultDataFormatOptions,
  isPlain,
  renderText,
  whyMeaningless,
  type DataFormat,
  type DataFormatOptions,
  type ModeCode,
  type RepresentationType,
  type StructureCode,
} from "../protocol/index.ts";

/** How a file travels. */
export interface FormatOptions {
  /**
   * `binary` is TYPE I, `ascii` TYPE A, `ebcdic` TYPE E; others as RFC 959 §3.1.1 has them: `{ type: "L", byteSize: 36 }`,
   * `{ type: "A", format: "C" }`. Default `binary`.
   */
  readonly type?: "binary" | "ascii" | "ebcdic" | RepresentationType;
  /** Default `file`. */
  readonly structure?: "file" | "record" | "page";
  /** Default `stream`; see `compress` of the client's options. */
  readonly mode?: "stream" | "block" | "compressed" | "deflate";
  /** Code page, records, pages, restart markers, the effort of deflating: what the server must agree on, or need not know. */
  readonly representation?: Partial<DataFormatOptions>;
  /** The lengths of the records that are sent, where `representation.records` is `index`: octets each. */
  readonly recordLengths?: readonly number[];
  /**
   * Told of each restart marker of modes B and C, once both ends have stored what comes before it: `restart` goes on there
   * (RFC 959 §3.5).
   */
  readonly onMarker?: (point: RestartPoint) => void;
  /** Goes on at a restart marker, in the mode in which it was told. */
  readonly restart?: RestartPoint;
}

/** A place in a file from which a transfer that broke can go on. */
export interface RestartPoint {
  /** Octets of the file of this end. */
  readonly offset: number;
  /** What the server calls the place. */
  readonly marker: string;
}

/** How a file travels, resolved. */
export interface ResolvedFormat {
  readonly format: DataFormat;
  readonly options: DataFormatOptions;
  /** Octets travel as they are stored. */
  readonly plain: boolean;
}

const types = {
  binary: { type: "I" },
  ascii: { type: "A", format: "N" },
  ebcdic: { type: "E", format: "N" },
} as const;
const structures: Record<NonNullable<FormatOptions["structure"]>, StructureCode> = {
  file: "F",
  record: "R",
  page: "P",
};
const modes: Record<NonNullable<FormatOptions["mode"]>, ModeCode> = {
  stream: "S",
  block: "B",
  compressed: "C",
  deflate: "Z",
};

/** Octets as they are stored: what sizes are asked in. */
export const plainFormat: ResolvedFormat = {
  format: { type: { type: "I" }, structure: "F", mode: "S" },
  options: defaultDataFormatOptions,
  plain: true,
};

/**
 * Whether an octet of the file has the same place on the wire, before the mode, as where it is stored: what REST counts
 * is then what SIZE tells and what is here.
 */
export function keepsOffsets({ type, structure }: DataFormat): boolean {
  // Text in A has longer line ends on the wire; in E they are one octet on both sides.
  return structure === "F" && type.type !== "A" && byteSizeOf(type) % 8 === 0;
}

/** @throws RangeError for a format that does not keep offsets. */
export function mustKeepOffsets(format: DataFormat, what: string): void {
  if (keepsOffsets(format)) return;
  throw new RangeError(`${what} needs a type whose octets travel as they are stored, and structure file`);
}

/**
 * Applies the defaults.
 *
 * @param unsaid - The mode where the options say none.
 * @throws RangeError for a combination that means nothing.
 */
export function resolveFormat(options: FormatOptions, unsaid: ModeCode = "S"): ResolvedFormat {
  const { type = "binary", structure = "file", mode } = options;
  const format: DataFormat = {
    type: typeof type === "string" ? types[type] : type,
    structure: structures[structure],
    mode: mode === undefined ? unsaid : modes[mode],
  };
  const why = whyMeaningless(format);
  if (why !== undefined) throw new RangeError(renderText(why));
  if (options.restart !== undefined && format.mode !== "B" && format.mode !== "C") {
    throw new RangeError("A restart marker belongs to mode block or compressed; resume goes on in the others");
  }
  return {
    format,
    options: { ...defaultDataFormatOptions, ...options.representation },
    plain: isPlain(format),
  };
}
