/** Work that comes one after the other, and is done a few at a time. */

/** Pieces of work that are found ahead of those under way. */
const ahead = 64;

/**
 * Runs each job that an iterable gives. The iterable is asked for more while jobs run, but not for more than are needed
 * soon.
 *
 * @param concurrency - Jobs at once.
 * @param run - When it rejects, no more jobs are begun.
 * @throws What the first of them threw, once all that were begun have settled.
 */
export async function runEach<T>(
  jobs: AsyncIterable<T>,
  concurrency: number,
  run: (job: T) => Promise<void>,
): Promise<void> {
  const waiting: T[] = [];
  const running = new Set<Promise<void>>();
  let failure: { readonly cause: unknown } | undefined;
  const begin = (): void => {
    while (failure === undefined && running.size < concurrency && waiting.length > 0) {
      const job = waiting.shift() as T; // There is one.
      const done = run(job)
        .catch((cause: unknown) => {
          failure ??= { cause };
        })
        .finally(() => {
          running.delete(done);
          begin();
        });
      running.add(done);
    }
  };
  try {
    for await (const job of jobs) {
      waiting.push(job);
      begin();
      while (failure === undefined && (waiting.length >= ahead || running.size >= concurrency + ahead)) {
        await Promise.race(running);
      }
      if (failure !== undefined) break;
    }
  } catch (cause) {
    failure ??= { cause };
  }
  while (running.size > 0) await Promise.race(running);
  if (failure !== undefined) throw failure.cause;
}
