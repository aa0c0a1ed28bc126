// `npm run fuzz [SECONDS] [SEED] [TARGET]`: broken and hostile input for the servers and for the client's parsers, in turn from
// each target of fuzz/targets/. After each round everything must be as it was: see fuzz/fire.js. Rounds that failed once
// (fuzz/corpus.json) are played first. Prints what plays a failed round again.
import { readFileSync } from "node:fs";
import { ensureBuilt, ensureInstalled } from "./bootstrap.js";

ensureInstalled();
ensureBuilt();
const { Fire, Fault } = await import("./fuzz/fire.js");
const { Random } = await import("./fuzz/random.js");
const { targets } = await import("./fuzz/targets.js");

const [seconds = 20, seed = Date.now() % 1_000_000_007, only] = readArguments(process.argv.slice(2));
/** Rounds between two looks at the memory. */
const memoryRounds = 500;
const corpus = JSON.parse(readFileSync(new URL("fuzz/corpus.json", import.meta.url), "utf8"));
const chosen = targets.filter(({ name }) => only === undefined || name === only);
if (chosen.length === 0) {
  process.stderr.write(`fuzz: the targets are ${targets.map(({ name }) => name).join(", ")}\n`);
  process.exit(2);
}
process.stdout.write(`fuzz: ${seconds} s, seed ${seed}\n`);

const fire = await Fire.start();
const played = new Map(chosen.map(({ name }) => [name, { rounds: 0, inputs: 0 }]));
let playing;
process.on("unhandledRejection", (cause) => fail(cause));
process.on("uncaughtException", (cause) => fail(cause));

for (const { target, seed: kept } of corpus) {
  const known = chosen.find(({ name }) => name === target);
  if (known !== undefined) await play(known, kept);
}
// What is loaded and compiled on first use is no leak, and no wait of anybody else's.
for (const target of chosen) await play(target, seed, true);
await fire.mark();
const end = performance.now() + seconds * 1000;
for (let round = 0; round === 0 || performance.now() < end; round++) {
  await play(chosen[round % chosen.length], (seed + round) >>> 0);
  if (round % memoryRounds === memoryRounds - 1) await guarded(() => fire.checkMemory());
}
await guarded(() => fire.checkMemory());
await fire.stop();
const told = [...played].map(([name, { rounds, inputs }]) => `${name} ${rounds}/${inputs}`).join(", ");
process.stdout.write(`fuzz: rounds/inputs ${told}; no fault\n`);
process.exit(0);

async function play(target, roundSeed, warming = false) {
  playing = { name: target.name, seed: roundSeed };
  await guarded(async () => {
    const inputs = await target.round(new Random(roundSeed), fire);
    if (warming) return;
    await fire.check();
    const count = played.get(target.name);
    count.rounds++;
    count.inputs += inputs;
  });
}

async function guarded(run) {
  try {
    await run();
  } catch (error) {
    await fail(error);
  }
}

async function fail(cause) {
  const what = cause instanceof Fault ? cause.message : (cause?.stack ?? cause);
  process.stderr.write(`fuzz: ${playing.name}: ${what}\n`);
  process.stderr.write(`fuzz: again with: npm run fuzz -- 0 ${playing.seed} ${playing.name}\n`);
  await fire.stop().catch(() => undefined);
  process.exit(1);
}

function readArguments([first, second, third]) {
  return [first, second].map((text) => (text === undefined ? undefined : Number(text))).concat(third);
}
