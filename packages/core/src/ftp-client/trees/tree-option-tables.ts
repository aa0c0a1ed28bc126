/** What whole trees take: the check of options, and docs/options.md, go by it. */
import {
  aFunction,
  amount,
  boolean,
  either,
  listOf,
  optionTable,
  signal,
  text,
  word,
  type OptionRow,
  type OptionTable,
} from "../../options/index.ts";
import type { RemoveTreeOptions, TreeOptions } from "./tree-options.ts";

const concurrency: OptionRow = { is: "number", least: 1, isWhole: true };
const onError = word("stop", "continue");
/** The words of other programs for what trees do. */
const foreign: Readonly<Record<string, string>> = {
  overwrite: "nothing: files are always replaced, unless resume is true",
  parallel: "concurrency",
  limit: "concurrency",
  filter: "include or exclude, which take functions too",
  recursive: "nothing: trees always are",
  maxDepth: "depth",
  followSymlinks: 'symlinks: "follow"',
  links: "symlinks",
};

const treeRows = {
  signal,
  include: listOf(either(text, aFunction)),
  exclude: listOf(either(text, aFunction)),
  depth: amount,
  symlinks: word("skip", "follow", "keep"),
  concurrency,
  onError,
  type: either(word("binary", "ascii", "ebcdic"), {
    is: "object",
    name: "a representation type",
    methods: [],
  }),
  structure: word("file", "record", "page"),
  mode: word("stream", "block", "compressed", "deflate"),
  representation: { is: "object", name: "data format options", methods: [] },
  resume: boolean,
  preserveTime: boolean,
  verify: boolean,
  onProgress: aFunction,
  onFile: aFunction,
} as const;

const dryRun = "not there: walk() lists what a tree holds, and planMirror() what a mirror would do";

/** Options of `downloadTree`. */
export const downloadTreeTable: OptionTable = optionTable<TreeOptions>("downloadTree", treeRows, {
  ...foreign,
  dryRun,
});
/** Options of `uploadTree`. */
export const uploadTreeTable: OptionTable = optionTable<TreeOptions>("uploadTree", treeRows, { ...foreign, dryRun });

/** Options of `removeTree`, which removes all: what is to stay cannot be named. */
export const removeTreeTable: OptionTable = optionTable<RemoveTreeOptions>(
  "removeTree",
  { signal, concurrency, onError },
  {
    ...foreign,
    dryRun,
    include: "not there: removeTree removes everything; walk() takes filters, and remove() single files",
    exclude: "not there: removeTree removes everything; walk() takes filters, and remove() single files",
    filter: "not there: removeTree removes everything; walk() takes filters, and remove() single files",
    depth: "not there: removeTree removes everything",
    symlinks: "not there: links are removed, and never followed",
    force: "nothing: what is gone already is no error",
  },
);
