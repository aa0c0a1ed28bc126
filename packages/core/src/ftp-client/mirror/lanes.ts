/** Several things at once, up to a number. */

/**
 * Runs for each item, `count` at once. After a failure no further item begins; what is under way is waited for.
 *
 * @throws What failed first.
 */
export async function inLanes<T>(items: Iterable<T>, count: number, run: (item: T) => Promise<void>): Promise<void> {
  const iterator = items[Symbol.iterator]();
  let failure: { readonly error: unknown } | undefined;
  const lane = async (): Promise<void> => {
    for (let next = iterator.next(); next.done !== true && failure === undefined; next = iterator.next()) {
      try {
        await run(next.value);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: count }, lane));
  if (failure !== undefined) throw failure.error;
}

/**
 * As `inLanes`, for items that are found on the way: `run` adds to the stack. The last one added comes next, so that the
 * stack stays as short as a tree is deep and wide, not as large as the tree.
 */
export async function inLanesFromStack<T>(stack: T[], count: number, run: (item: T) => Promise<void>): Promise<void> {
  let running = 0;
  const failures: unknown[] = [];
  await new Promise<void>((resolve) => {
    const begin = (): void => {
      while (running < count && failures.length === 0) {
        const item = stack.pop();
        if (item === undefined) break;
        running++;
        void run(item)
          .catch((error: unknown) => failures.push(error))
          .finally(() => {
            running--;
            begin();
          });
      }
      if (running === 0) resolve();
    };
    begin();
  });
  if (failures.length > 0) throw failures[0];
}
