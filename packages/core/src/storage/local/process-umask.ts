/** The process's umask: the system takes these bits off whatever is asked for, so they are put back where they were. */
import { readFileSync } from "node:fs";

/** Read once, from the kernel's own table where there is one: asking for it by umask(2) sets it for a moment. */
export const processUmask: number = readUmask();

function readUmask(): number {
  try {
    const line = /^Umask:\s*([0-7]+)$/m.exec(readFileSync("/proc/self/status", "utf8"));
    return Number.parseInt(line?.[1] ?? "022", 8);
  } catch {
    // Without the table the usual one is assumed; a chmod too many does no harm.
    return 0o022;
  }
}
