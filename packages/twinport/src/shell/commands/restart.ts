/** Where the next transfer begins, and how fast transfers may be. */
import { UsageError } from "../../exit-codes.ts";
import { neededAt, textAt, type Given, type ShellCommand } from "../command.ts";
import type { CommandContext, RestartWish } from "../context.ts";
import { readNumber, settingSpecs } from "../settings.ts";

function restart(context: CommandContext, given: Given): void {
  const { place } = context;
  const { lastMarker } = place.site;
  const text = textAt(given, 0);
  const marked = place.settings.mode === "block" || place.settings.mode === "compressed";
  let wish: RestartWish;
  if (text === undefined) {
    if (!marked || lastMarker === undefined)
      throw new UsageError(
        "Usage: restart offset; a marker is known only after a broken transfer in mode block or compressed",
      );
    wish = lastMarker;
  } else if (marked && text === lastMarker?.marker) wish = lastMarker;
  else {
    const offset = readNumber(text, 0, Number.MAX_SAFE_INTEGER);
    // Markers of this end are offsets; so are those of our own server.
    wish = marked ? { offset, marker: text } : { offset };
  }
  place.restart = wish;
  context.say(`The next transfer begins at ${wish.offset}`);
}

/** `throttle get 100k`: as `rate` of other programs. */
async function throttle(context: CommandContext, given: Given): Promise<void> {
  const which = neededAt(given, 0);
  const names = { get: ["throttle-get"], put: ["throttle-put"], all: ["throttle-get", "throttle-put"] }[which];
  if (names === undefined) throw new UsageError("Usage: throttle get|put|all [octets-a-second|off]");
  const value = textAt(given, 1);
  for (const spec of settingSpecs.filter(({ name }) => names.includes(name))) {
    if (value !== undefined) spec.assign(context.place.settings, value);
    if (value === undefined || context.asker !== undefined) {
      await context.output.write(`${spec.name} is ${spec.show(context.place.settings)}\n`);
    }
  }
}

/** The commands. */
export const restartCommands: readonly ShellCommand[] = [
  {
    name: "restart",
    summary: "begin the next get, put or append at an offset or a marker",
    arguments: [{ name: "offset|marker", kind: "text", optional: true }],
    details: `In mode block and compressed it is a restart marker; without one, that which both
ends stored last. What is before it stays as it is.`,
    run: restart,
  },
  {
    name: "throttle",
    summary: "show or set how fast files may come or go",
    arguments: [
      { name: "direction", kind: "text", choices: ["get", "put", "all"] },
      { name: "octets-a-second|off", kind: "text", optional: true },
    ],
    details: "As in: throttle get 500k. Transfers that begin later keep to it, each by itself.",
    run: throttle,
  },
];
