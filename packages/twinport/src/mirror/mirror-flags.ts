/** What the command line says of a mirror, and what the library is told of it. */
import type { MirrorApplyOptions, MirrorComparison, MirrorPlanOptions } from "@twinport/core/ftp-client";
import { UsageError } from "../exit-codes.ts";
import type { ProgressOptions } from "../remote/progress.ts";
import type { RemoteOptions } from "../remote/session.ts";
import { defaultTransfers, type TransferFlags } from "../remote/transfer-flags.ts";

/** What the command line says. */
export interface MirrorFlags extends RemoteOptions, ProgressOptions, TransferFlags {
  readonly delete?: boolean;
  readonly maxDelete?: number;
  readonly dryRun?: boolean;
  readonly only: "newer" | "missing" | "changed";
  readonly checksum?: boolean;
  readonly sizeOnly?: boolean;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly links: "skip" | "follow" | "copy";
  readonly parallel?: number;
  /** Octets a second. */
  readonly bwlimit?: number;
  readonly continue?: boolean;
  readonly verify?: boolean;
  /** False by `--no-times`. */
  readonly times: boolean;
  /** False by `--no-modes`. */
  readonly modes: boolean;
  readonly deleteAfterFailures?: boolean;
  readonly stopOnError?: boolean;
  readonly plan?: string;
  readonly apply?: string;
  readonly overwriteChanged?: boolean;
  readonly watch?: boolean;
  /** Milliseconds. */
  readonly interval?: number;
  readonly json?: boolean;
}

/** Milliseconds for which what a folder told is believed without looking again. */
const trustFor = 5_000;

/** Options of both planning and applying. @throws UsageError for flags that exclude each other. */
export function mirrorOptions(flags: MirrorFlags): MirrorPlanOptions & MirrorApplyOptions {
  const { maxDelete, include, exclude, bwlimit, parallel = defaultTransfers } = flags;
  return {
    compare: comparisonOf(flags),
    delete: flags.delete === true,
    links: flags.links,
    parallel,
    preserveTimes: flags.times,
    preserveModes: flags.modes,
    onError: flags.stopOnError === true ? "stop" : "continue",
    deleteAfterFailures: flags.deleteAfterFailures === true,
    overwriteChanged: flags.overwriteChanged === true,
    resume: flags.continue === true,
    ...(flags.apply === undefined ? { trustFor } : {}),
    ...(flags.verify === undefined ? {} : { verify: flags.verify }),
    ...(maxDelete === undefined ? {} : { maxDelete }),
    ...(include === undefined ? {} : { include }),
    ...(exclude === undefined ? {} : { exclude }),
    ...(bwlimit === undefined ? {} : { bandwidth: bwlimit }),
  };
}

function comparisonOf({ only, checksum, sizeOnly }: MirrorFlags): MirrorComparison {
  if (checksum !== true && sizeOnly !== true) return only;
  if (checksum === true && sizeOnly === true) throw new UsageError("--checksum and --size-only exclude each other");
  if (only !== "changed") throw new UsageError(`--only ${only} does not go with --checksum or --size-only`);
  return checksum === true ? "checksum" : "size";
}
