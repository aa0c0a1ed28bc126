/** What RFC 959 leaves to the two ends of a transfer, as `serve` and the client commands are told it. */
import type { CodePage, DataFormatOptions } from "@twinport/core/ftp-client";
import { InvalidArgumentError, Option } from "commander";
import { parseCount } from "./parse-options.ts";

/** What the command line says of it. */
export interface RepresentationFlags {
  readonly recordLength?: number;
  readonly codePage?: CodePage;
}

/** How long the records of binary files are. */
export function recordLengthOption(): Option {
  return new Option("--record-length <octets>", "length of a record of binary files (STRU R)").argParser(parseCount);
}

/** Which code page TYPE E has. */
export function codePageOption(): Option {
  return new Option("--code-page <page>", "code page of TYPE E (default: 1047)")
    .choices(["37", "1047", "500"])
    .argParser((text) => {
      const codePage = codePages.get(text);
      if (codePage === undefined) throw new InvalidArgumentError("It is one of 37, 500, 1047.");
      return codePage;
    });
}

const codePages: ReadonlyMap<string, CodePage> = new Map([
  ["37", 37],
  ["500", 500],
  ["1047", 1047],
]);

/** What of it both ends must agree on beforehand. */
export function representationOf({
  recordLength,
  codePage,
}: RepresentationFlags): Pick<Partial<DataFormatOptions>, "records" | "codePage"> {
  return {
    ...(recordLength === undefined ? {} : { records: { layout: "fixed", length: recordLength } }),
    ...(codePage === undefined ? {} : { codePage }),
  };
}
