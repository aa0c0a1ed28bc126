/**
 * Two sessions that write, append, rename, delete and read the same names at once: what they were answered, what they read
 * and what is there afterwards is what some order of the whole commands gives, never a mixture.
 */
import fc from "fast-check";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { LocalStorage, MemoryStorage, type Storage } from "../../src/storage/index.ts";
import { RawSession, readAll } from "./raw-session.ts";
import { putFile, readFile, startServer } from "./server-fixture.ts";

const names = ["a", "b", "c"] as const;
type Name = (typeof names)[number];

type Command =
  | { readonly verb: "STOR" | "APPE" | "REST"; readonly name: Name; readonly content: string }
  | { readonly verb: "RETR" | "DELE" | "RNFR" | "RNTO"; readonly name: Name };

/** What a client was told: done, refused, or asked to try again; and what it read. */
interface Answer {
  readonly outcome: "done" | "refused" | "busy";
  readonly read?: string;
}

type Files = ReadonlyMap<Name, string>;

/** Where a model of the whole stands: the files, and what each of the two sessions is to rename. */
interface Model {
  readonly files: Files;
  readonly renames: readonly [Name | undefined, Name | undefined];
}

/** Octets that a REST leaves. */
const restart = 2;
const before: Files = new Map([
  ["a", "base of a"],
  ["b", "base of b"],
]);

const nameOf = fc.constantFrom(...names);
const contentOf = fc.string({ unit: fc.constantFrom("x", "y", "z"), minLength: 0, maxLength: 6 });
const commandsOf = fc
  .array(
    fc.oneof(
      fc
        .record({
          verb: fc.constantFrom("STOR" as const, "APPE" as const, "REST" as const),
          name: nameOf,
          content: contentOf,
        })
        .map((one): Command[] => [one]),
      fc
        .record({ verb: fc.constantFrom("RETR" as const, "DELE" as const), name: nameOf })
        .map((one): Command[] => [one]),
      fc.tuple(nameOf, nameOf).map(([from, to]): Command[] => [
        { verb: "RNFR", name: from },
        { verb: "RNTO", name: to },
      ]),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((groups) => groups.flat());

/** Does one command in the model; undefined where the answer is not what it would be. */
function after(model: Model, who: 0 | 1, command: Command, { outcome, read }: Answer): Model | undefined {
  const { verb, name } = command;
  const there = model.files.get(name);
  const source = model.renames[who];
  const named = (from: Name | undefined): Model["renames"] =>
    who === 0 ? [from, model.renames[1]] : [model.renames[0], from];
  const put = (files: Files): Model => ({ files, renames: named(undefined) });
  const changed = (...changes: readonly (readonly [Name, string | undefined])[]): Model => {
    const files = new Map(model.files);
    for (const [at, content] of changes) {
      if (content === undefined) files.delete(at);
      else files.set(at, content);
    }
    return put(files);
  };
  // Whoever is told to try again has changed nothing.
  if (outcome === "busy") return verb === "APPE" || verb === "REST" ? put(model.files) : undefined;
  const done = outcome === "done";
  switch (verb) {
    case "STOR":
      return done ? changed([name, command.content]) : undefined;
    case "APPE":
      return done ? changed([name, (there ?? "") + command.content]) : undefined;
    case "REST":
      if (done !== (there !== undefined && there.length >= restart)) return undefined;
      return done ? changed([name, (there ?? "").slice(0, restart) + command.content]) : put(model.files);
    case "RETR":
      return done === (there !== undefined) && read === there ? put(model.files) : undefined;
    case "DELE":
      return done === (there !== undefined) ? (done ? changed([name, undefined]) : put(model.files)) : undefined;
    case "RNFR":
      if (done !== (there !== undefined)) return undefined;
      return { files: model.files, renames: named(done ? name : undefined) };
    case "RNTO": {
      const content = source === undefined ? undefined : model.files.get(source);
      if (done !== (content !== undefined)) return undefined;
      if (!done || source === undefined) return put(model.files);
      return source === name ? put(model.files) : changed([source, undefined], [name, content]);
    }
  }
}

type Told = readonly (readonly [Command, Answer])[];

/** Whether some order of the whole commands gives these answers and these files. */
function isExplained(model: Model, left: readonly [Told, Told], end: Files): boolean {
  if (left[0].length === 0 && left[1].length === 0) {
    return names.every((name) => model.files.get(name) === end.get(name));
  }
  return ([0, 1] as const).some((who) => {
    const [next, ...rest] = left[who];
    if (next === undefined) return false;
    const then = after(model, who, ...next);
    return then !== undefined && isExplained(then, who === 0 ? [rest, left[1]] : [left[0], rest], end);
  });
}

/** Plays commands in a session, one after the other. */
async function play(session: RawSession, commands: readonly Command[]): Promise<Told> {
  const told: [Command, Answer][] = [];
  for (const command of commands) told.push([command, await one(session, command)]);
  return told;
}

async function one(session: RawSession, command: Command): Promise<Answer> {
  const { verb, name } = command;
  if (verb === "DELE" || verb === "RNFR" || verb === "RNTO") return answerOf(await session.code(`${verb} ${name}`));
  const data = await session.passive();
  try {
    if (verb === "REST") await session.command(`REST ${restart}`);
    const first = await session.code(`${verb === "REST" ? "STOR" : verb} ${name}`);
    if (first !== 150) return answerOf(first);
    if (verb === "RETR") {
      const read = (await readAll(data)).toString();
      return { ...answerOf((await session.reply()).code), read };
    }
    // In two pieces, so that the other session's commands come in between.
    const content = "content" in command ? command.content : "";
    data.write(content.slice(0, 1));
    await new Promise((resolve) => setImmediate(resolve));
    data.end(content.slice(1));
    data.resume();
    return answerOf((await session.reply()).code);
  } finally {
    data.destroy();
  }
}

function answerOf(code: number): Answer {
  return { outcome: code < 400 ? "done" : code === 450 ? "busy" : "refused" };
}

async function filesOf(storage: Storage): Promise<Files> {
  const files = new Map<Name, string>();
  for (const name of names) {
    const content = await readFile(storage, `/${name}`);
    if (content !== undefined) files.set(name, content);
  }
  return files;
}

async function reset(storage: Storage): Promise<void> {
  for (const name of names) await storage.remove(`/${name}` as never).catch(() => undefined);
  for (const [name, content] of before) await putFile(storage, `/${name}`, content);
}

async function localStorage(): Promise<Storage> {
  const root = await mkdtemp(join(tmpdir(), "twinport-parallel-"));
  const storage = new LocalStorage({ root });
  onTestFinished(async () => {
    await storage.close();
    await rm(root, { recursive: true });
  });
  return storage;
}

describe.each(["local", "memory"])("two sessions at once (%s storage)", (kind) => {
  it("leave what some order of their whole commands leaves", { timeout: 120_000 }, async () => {
    const storage = kind === "local" ? await localStorage() : new MemoryStorage();
    const { port } = await startServer({ storage });
    const sessions = [await RawSession.logIn(port), await RawSession.logIn(port)] as const;
    onTestFinished(() => sessions.forEach((session) => session.close()));
    for (const session of sessions) await session.command("TYPE I");
    const property = fc.asyncProperty(commandsOf, commandsOf, async (first, second) => {
      await reset(storage);
      const told = await Promise.all([play(sessions[0], first), play(sessions[1], second)]);
      const end = await filesOf(storage);
      const explained = isExplained({ files: before, renames: [undefined, undefined] }, told, end);
      expect(explained, JSON.stringify({ told, end: [...end] }, undefined, 1)).toBe(true);
    });
    await fc.assert(property, { numRuns: 150, endOnFailure: true });
  });
});
