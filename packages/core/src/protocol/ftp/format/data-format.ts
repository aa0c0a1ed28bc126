/**
 * How a file travels: type, structure and mode (RFC 959 §3), what both ends must agree on besides, and which
 * combinations mean something.
 *
 * | | STRU F | STRU R | STRU P |
 * |---|---|---|---|
 * | TYPE A, E | lines with the network's ends | each line is a record | none: pages are not text |
 * | TYPE I, L | octets, logical bytes | records by the layout | pages of logical bytes |
 *
 * Each goes with every mode.
 */
import type { ModeCode } from "../arguments/mode-code.ts";
import type { StructureCode } from "../arguments/structure-code.ts";
import type { RepresentationType } from "../arguments/type-code.ts";
import { message, type Message, type Text } from "../message.ts";
import type { CodePage } from "../representation/ebcdic.ts";
import type { RecordLayout } from "../representation/binary-records.ts";

/** The transfer parameters (RFC 959 §3.1, §3.4). */
export interface DataFormat {
  readonly type: RepresentationType;
  readonly structure: StructureCode;
  readonly mode: ModeCode;
}

/** What RFC 959 leaves to the two ends. */
export interface DataFormatOptions {
  /** TYPE E's code page. Default 1047. */
  readonly codePage: CodePage;
  /** Where the records of binary files end. Default: a file is one record. */
  readonly records: RecordLayout;
  /** Octets of the longest record of text that is taken. Default 1 MiB. */
  readonly longestRecord: number;
  /** Logical bytes of a page. Default 512; 255 where a logical byte has eight bits and can count no further. */
  readonly pageLength: number | undefined;
  /** Octets of the stored file between restart markers in modes B and C; 0 sends none. Default 0. */
  readonly markerInterval: number;
  /** How MODE B is read and written: `netx` for peers that are NetX Duo's, see mode/netx-block.ts. Default `standard`. */
  readonly blocks: "standard" | "netx";
  /** MODE Z's effort, from 1 to 9. Default 6. */
  readonly deflateLevel: number;
}

/** What an application chooses of them; the rest has its default. */
export type RepresentationOptions = Partial<Omit<DataFormatOptions, "deflateLevel">>;

/** The defaults of all of them. */
export const defaultDataFormatOptions: DataFormatOptions = {
  codePage: 1047,
  records: { layout: "single" },
  longestRecord: 1024 * 1024,
  pageLength: undefined,
  markerInterval: 0,
  blocks: "standard",
  deflateLevel: 6,
};

/** Logical bytes of a page, unless told otherwise: a page of TOPS-20 (RFC 959, appendix I). */
const usualPage = 512;

/** Bits of a logical byte. */
export function byteSizeOf(type: RepresentationType): number {
  return type.type === "L" ? type.byteSize : 8;
}

/** Octets that a logical byte is stored in. */
export function unitOf(type: RepresentationType): number {
  return Math.ceil(byteSizeOf(type) / 8);
}

/** Logical bytes of a page. */
export function pageLengthOf(type: RepresentationType, options: DataFormatOptions): number {
  return options.pageLength ?? (byteSizeOf(type) < 10 ? 2 ** byteSizeOf(type) - 1 : usualPage);
}

/** Whether the type is one of text. */
export function isText(type: RepresentationType): boolean {
  return type.type === "A" || type.type === "E";
}

/** Whether the stored octets travel as they are: nothing stands between file and connection. */
export function isPlain({ type, structure, mode }: DataFormat): boolean {
  return mode === "S" && structure === "F" && !isText(type) && byteSizeOf(type) % 8 === 0;
}

/**
 * Whether the end of the file is told by the data itself, so that the connection serves again (RFC 959 §3.4.2, §3.4.3).
 * NetX Duo's ends wait for the close nevertheless.
 */
export function keepsConnection({ mode }: DataFormat, options: Pick<DataFormatOptions, "blocks">): boolean {
  return mode === "C" || (mode === "B" && options.blocks === "standard");
}

/** Whether restart markers travel (RFC 959 §3.5). NetX Duo's ends know none. */
export function hasMarkers(format: DataFormat, options: Pick<DataFormatOptions, "blocks">): boolean {
  return keepsConnection(format, options);
}

/** @throws RangeError for options that no file can travel by. */
export function checkRepresentation(options: Partial<DataFormatOptions>): void {
  const whole = (name: string, value: number | undefined, least: number): void => {
    if (value === undefined || (Number.isSafeInteger(value) && value >= least)) return;
    throw new RangeError(`representation.${name} must be a whole number from ${least}`);
  };
  if (options.codePage !== undefined && ![37, 500, 1047].includes(options.codePage)) {
    throw new RangeError("representation.codePage must be 37, 500 or 1047");
  }
  if (options.records?.layout === "fixed") whole("records.length", options.records.length, 1);
  whole("longestRecord", options.longestRecord, 1);
  whole("pageLength", options.pageLength, 1);
  whole("markerInterval", options.markerInterval, 0);
  whole("deflateLevel", options.deflateLevel, 1);
}

/** Why a combination means nothing; undefined when it means something. */
export function whyMeaningless({ type, structure }: DataFormat): Message | undefined {
  if (structure === "P" && isText(type)) return message("Structure P goes with types I and L: pages are not text");
  if (structure === "P" && byteSizeOf(type) < 3)
    return message("Structure P needs logical bytes of three bits or more: a header length of 4 fits into no less");
  return undefined;
}

/** A line of STAT: ` Type A non-print; structure F; mode S`. */
export function describeFormat({ type, structure, mode }: DataFormat): Message {
  return message(" Type {type}; structure {structure}; mode {mode}", { type: describeType(type), structure, mode });
}

function describeType(type: RepresentationType): Text {
  if (type.type === "I") return "I";
  return type.type === "L" ? `L ${type.byteSize}` : message(`{type} ${formatNames[type.format]}`, { type: type.type });
}

const formatNames = { N: "non-print", T: "Telnet format", C: "carriage control" } as const;
