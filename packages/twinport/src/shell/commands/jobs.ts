/** What runs beside the shell: jobs and the queue. */
import { UsageError } from "../../exit-codes.ts";
import { neededAt, textAt, type Given, type ShellCommand } from "../command.ts";
import type { CommandContext } from "../context.ts";
import { addJob, CommandFailed } from "../interpret.ts";
import { readNumber } from "../settings.ts";
import { quoteFor } from "../words.ts";

async function jobs({ shell, output }: CommandContext): Promise<void> {
  for (const { id, source, state, queued, view } of shell.jobs.list) {
    const how = state === "running" ? "running" : shell.jobs.paused ? "held" : "waiting";
    await output.write(`[${id}] ${how}${queued ? ", queue" : ""}: ${source}\n`);
    for (const line of view.lines()) await output.write(`    ${line}\n`);
  }
}

/** The jobs that were named, or all. */
function named(context: CommandContext, given: Given): number[] {
  const texts = given.words.map(({ text }) => text);
  if (texts.includes("all")) return context.shell.jobs.list.map(({ id }) => id);
  return texts.map((text) => readNumber(text.replace(/^%/, ""), 1, Number.MAX_SAFE_INTEGER));
}

async function wait(context: CommandContext, given: Given): Promise<void> {
  const { shell, signal } = context;
  const ids = given.words.length === 0 ? shell.jobs.list.map(({ id }) => id) : named(context, given);
  const code = await shell.jobs.wait(ids, signal);
  if (code !== 0) throw new CommandFailed(code);
}

function kill(context: CommandContext, given: Given): void {
  neededAt(given, 0);
  context.shell.jobs.kill(named(context, given));
}

async function queue(context: CommandContext, given: Given): Promise<void> {
  const { shell } = context;
  const first = textAt(given, 0);
  if (first === undefined) return jobs({ ...context });
  if (first === "stop" || first === "start") {
    if (first === "stop") shell.jobs.pause();
    else shell.jobs.resume();
    return;
  }
  if (context.background) throw new UsageError("A job cannot start another one");
  // One word is a line of commands; more are a command with its arguments.
  const line =
    given.words.length === 1
      ? first
      : given.words.map(({ text, pattern }) => (text === pattern ? text : quoteFor(text, undefined))).join(" ");
  const id = addJob(line, context, true);
  context.say(`[${id}] in the queue: ${line}`);
}

const jobNumbers = { name: "job", kind: "text", optional: true, many: true } as const;

/** The commands. */
export const jobCommands: readonly ShellCommand[] = [
  {
    name: "jobs",
    summary: "show what runs beside the shell",
    arguments: [],
    details: "A command with & behind it runs beside the shell, on a session of its own.",
    run: jobs,
  },
  { name: "wait", summary: "wait for jobs, or for all", arguments: [jobNumbers], foreground: true, run: wait },
  {
    name: "kill",
    summary: "end jobs",
    arguments: [{ name: "job|all", kind: "text", many: true }],
    foreground: true,
    run: kill,
  },
  {
    name: "queue",
    summary: "run commands beside the shell, one after the other",
    arguments: [
      { name: "command", kind: "command", optional: true },
      { name: "argument", kind: "text", optional: true, many: true },
    ],
    plain: true,
    details: `queue get a; queue get b fetches one after the other. Several commands go into
quotes: queue 'cd x; get y'. queue alone shows it, queue stop holds it, queue
start lets it go on; kill takes a job out.`,
    run: queue,
  },
];
