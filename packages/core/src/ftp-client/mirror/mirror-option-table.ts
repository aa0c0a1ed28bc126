/** What mirrors take: the check of options, and docs/options.md, go by it. */
import {
  aFunction,
  amount,
  boolean,
  count,
  listOf,
  nested,
  optionTable,
  signal,
  text,
  word,
  type OptionRow,
  type OptionTable,
} from "../../options/index.ts";
import { bandwidthRow, retryTable } from "../client-option-table.ts";
import type { MirrorOptions } from "./mirror-options.ts";

const fromOne: OptionRow = { is: "number", least: 1, isWhole: true };
const namesTable = optionTable<{ readonly from: string; readonly to: string }>("names", { from: text, to: text });

/** Options of `mirror`, `planMirror` and `applyMirror`, which may be given the same object. */
export const mirrorTable: OptionTable = optionTable<MirrorOptions>(
  "mirror",
  {
    fromPath: text,
    toPath: text,
    parallel: fromOne,
    preserveTimes: boolean,
    preserveModes: boolean,
    retry: nested(() => retryTable),
    onError: word("stop", "continue"),
    signal,
    onEvent: aFunction,
    compare: word("changed", "newer", "missing", "size", "checksum"),
    delete: boolean,
    links: word("skip", "follow", "copy"),
    include: listOf(text),
    exclude: listOf(text),
    filter: aFunction,
    timeTolerance: count,
    maxEntries: fromOne,
    names: nested(() => namesTable),
    maxDelete: amount,
    deleteAfterFailures: boolean,
    overwriteChanged: boolean,
    trustFor: amount,
    resume: boolean,
    verify: boolean,
    bandwidth: bandwidthRow,
    onProgress: aFunction,
  },
  {
    dryRun: "planMirror(), which changes nothing",
    "dry-run": "planMirror(), which changes nothing",
    plan: "planMirror(), which changes nothing",
    concurrency: "parallel",
    limit: "parallel",
    symlinks: "links",
    preserveTime: "preserveTimes",
    depth: "not there: mirrors go down all the way",
    remove: "delete",
    purge: "delete",
    checksum: 'compare: "checksum"',
    sizeOnly: 'compare: "size"',
    ignoreExisting: 'compare: "missing"',
    update: 'compare: "newer"',
  },
);
