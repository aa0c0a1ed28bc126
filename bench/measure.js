// The rounds: the same work in turn by everybody who can do it, each round begun by another.
import { resultRow } from "./figures/result.js";
import { ourName } from "./servers/ours.js";

/**
 * What a run is about.
 *
 * @typedef {{
 *   place: import("./servers/place.js").Place,
 *   sizes: import("./rows/sizes.js").Sizes,
 *   rounds: number,
 *   wanted: ReadonlySet<string>,
 *   say: (line: string) => void,
 * }} Run
 */

/**
 * Measures what is wanted of a group.
 *
 * @param {import("./rows/groups.js").Group} group @param {Run} run
 * @returns {Promise<{ rows: import("./figures/result.js").ResultRow[], leftOut: string[] }>}
 */
export async function measureGroup(group, run) {
  const works = group.works.filter(({ rows }) => rows.some(({ name }) => run.wanted.has(name)));
  if (works.length === 0) return { rows: [], leftOut: [] };
  const contest = new Contest(group, run);
  try {
    await contest.open();
    const rows = [];
    for (const work of works) rows.push(...(await contest.measure(work)));
    return { rows, leftOut: contest.leftOut };
  } finally {
    contest.close();
  }
}

/** Those who take part, each started once and ended with the group. */
class Contest {
  /** @type {{ kind: import("./servers/kinds.js").ServerKind, server: any }[]} */
  #there = [];
  #group;
  #run;
  /** What could not be done, in lines. @type {string[]} */
  leftOut = [];

  constructor(group, run) {
    this.#group = group;
    this.#run = run;
  }

  async open() {
    for (const kind of this.#group.kinds) {
      const missing = kind.missing();
      if (missing !== undefined) this.#leaveOut(missing);
      else await this.#try(`${kind.name} (${this.#group.name})`, () => this.#start(kind));
    }
  }

  close() {
    for (const { server } of this.#there) server.stop();
    this.#there = [];
  }

  async #start(kind) {
    const server = await kind.start(this.#run.place);
    this.#there.push({ kind, server });
    return server;
  }

  /** @param {import("./rows/row.js").Work} work */
  async measure(work) {
    const { place, sizes, rounds, wanted, say } = this.#run;
    work.prepare?.(place, sizes);
    const rows = work.rows.filter(({ name }) => wanted.has(name));
    const field = this.#fieldOf(work);
    const taken = new Map(field.map(({ kind }) => [kind.name, []]));
    for (let round = 0; round < rounds; round++) {
      const first = field.length === 0 ? 0 : round % field.length;
      for (const contestant of [...field.slice(first), ...field.slice(0, first)]) {
        const { name } = contestant.kind;
        const what = `${rows.map((row) => row.name).join(", ")} by ${name}`;
        const figures = await this.#try(what, () => this.#once(work, contestant));
        if (figures !== undefined) taken.get(name).push(figures);
      }
    }
    return rows.map((row) => {
      const figures = [...taken].filter(([, each]) => each.length > 0);
      const ofRow = figures.map(([name, each]) => [name, each.map((all) => all[row.name])]);
      const result = resultRow(this.#group.name, row, Object.fromEntries(ofRow), ourName);
      say(
        `${row.name}: ${Object.entries(result.cells)
          .map(([name, cell]) => `${name} ${cell.median.toFixed(1)}`)
          .join(", ")}`,
      );
      return result;
    });
  }

  /** Who can do it; for the others a line says why not. */
  #fieldOf({ rows }) {
    return this.#there.filter(({ kind }) => {
      const refused = rows.map(({ name }) => [name, kind.refuses?.[name]]).filter(([, reason]) => reason !== undefined);
      for (const [name, reason] of refused) this.#leaveOut(`${name} by ${kind.name}: ${reason}`);
      return refused.length === 0;
    });
  }

  async #once(work, { kind, server }) {
    const { place, sizes } = this.#run;
    place.clearUploads();
    if (work.isFresh !== true) return work.run(server, sizes);
    const fresh = await kind.start(place);
    try {
      return await work.run(fresh, sizes);
    } finally {
      fresh.stop();
    }
  }

  /** What fails is left out, with what it said; the rest goes on. */
  async #try(what, work) {
    try {
      return await work();
    } catch (error) {
      this.#leaveOut(`${what}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  }

  #leaveOut(line) {
    if (this.leftOut.includes(line)) return;
    this.leftOut.push(line);
    this.#run.say(`left out: ${line}`);
  }
}
