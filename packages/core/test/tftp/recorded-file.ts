/** A file that takes what is written, and remembers how it ended. */
import type { WritableFile } from "../../src/bytes/index.ts";

/** Makes one. @param own - What is to be otherwise. @returns The file, and `commit` and `abandon` as they are called. */
export function recordedFile(own: Partial<WritableFile>): { readonly file: WritableFile; readonly calls: string[] } {
  const calls: string[] = [];
  const file: WritableFile = {
    write: async () => undefined,
    commit: async () => {
      calls.push("commit");
      return { name: "f", kind: "file", size: 0, modified: 0 };
    },
    abandon: async () => void calls.push("abandon"),
    ...own,
  };
  return { file, calls };
}
