/** Waiting for what may never come. */

/** Fulfilled when the promise is settled either way, at the latest after `within` milliseconds. */
export async function settledWithin(promise: Promise<unknown>, within: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, within);
  });
  await Promise.race([promise.catch(() => undefined), late]);
  clearTimeout(timer);
}
