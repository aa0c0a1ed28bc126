// What a server uses: its process and all below it, by /proc (proc(5)). Where there is none, nothing is known.
import { readdirSync, readFileSync } from "node:fs";

/** Ticks of the processor's clock in a second: the same on every Linux that Node runs on. */
const ticksPerSecond = 100;
/** Milliseconds between looks at children whose time is told to nobody. */
const watchInterval = 100;

/**
 * `cpu` in seconds, of children that have ended too; `memory` in octets.
 *
 * @typedef {{ cpu: number | undefined, memory: number | undefined }} Usage
 */

/** @param {string} path @returns {string} Empty where there is nothing to read. */
function read(path) {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

/** @param {number} pid @returns {{ state: string, parent: number, own: number, ofChildren: number } | undefined} */
function statOf(pid) {
  const text = read(`/proc/${pid}/stat`);
  if (text === "") return undefined;
  // The name before this bracket may hold anything.
  const words = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [user, system, childrenUser, childrenSystem] = words.slice(11, 15).map(Number);
  return {
    state: words[0] ?? "",
    parent: Number(words[1]),
    own: user + system,
    ofChildren: childrenUser + childrenSystem,
  };
}

/** A process and all below it that live. @param {number} root @returns {number[]} */
export function processTree(root) {
  return [...familyOf(root)].filter(([, { state }]) => state !== "Z" && state !== "X").map(([pid]) => pid);
}

function familyOf(/** @type {number} */ root) {
  const all = new Map();
  for (const name of readdir("/proc")) {
    const stat = /^\d+$/.test(name) ? statOf(Number(name)) : undefined;
    if (stat !== undefined) all.set(Number(name), stat);
  }
  const children = groupByParent(all);
  const family = new Map();
  const queue = all.has(root) ? [root] : [];
  for (const pid of queue) {
    family.set(pid, all.get(pid));
    queue.push(...(children.get(pid) ?? []));
  }
  return family;
}

function groupByParent(all) {
  const children = new Map();
  for (const [pid, { parent }] of all) {
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [pid]);
    else siblings.push(pid);
  }
  return children;
}

function readdir(/** @type {string} */ path) {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

/**
 * The memory of a process that is its own: anonymous pages, of which those that it shares with others after a fork count
 * in parts, so that a family's sum is right. Programs and libraries in the page cache are not in it.
 */
function memoryOf(/** @type {number} */ pid) {
  const shared = /^Pss_Anon:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`));
  if (shared !== null) return Number(shared[1]) * 1024;
  const anonymous = /^RssAnon:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`));
  return anonymous === null ? 0 : Number(anonymous[1]) * 1024;
}

/** @param {number} root A server's process. @returns {Usage} */
export function usageOf(root) {
  const family = familyOf(root);
  if (family.size === 0) return { cpu: undefined, memory: undefined };
  const ticks = [...family.values()].reduce((sum, { own, ofChildren }) => sum + own + ofChildren, 0);
  const memory = [...family.keys()].reduce((sum, pid) => sum + memoryOf(pid), 0);
  return { cpu: ticks / ticksPerSecond, memory };
}

/**
 * Watches a server whose children's time is told to nobody when they end, because it does not wait for them: what each
 * process was last seen with counts.
 *
 * @param {number} root
 * @returns {() => number} Ends it, and gives the seconds of the processor since it began.
 */
export function watchChildren(root) {
  const before = new Map();
  const seen = new Map();
  const look = (/** @type {Map<number, number>} */ into) => {
    for (const [pid, { own }] of familyOf(root)) into.set(pid, own);
  };
  look(before);
  const timer = setInterval(look, watchInterval, seen);
  return () => {
    clearInterval(timer);
    look(seen);
    const ticks = [...seen].reduce((sum, [pid, own]) => sum + own - (before.get(pid) ?? 0), 0);
    return ticks / ticksPerSecond;
  };
}
