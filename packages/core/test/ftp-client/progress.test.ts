/** Progress: rate and time left by a clock of the test's own, and events that never go back. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { FtpClient, FtpPool, measured, ProgressMeter, type ProgressEvent } from "../../src/ftp-client/index.ts";
import { AttemptsProgress } from "../../src/ftp-client/pool/attempts-progress.ts";
import { putFile, startServer } from "../ftp-server/server-fixture.ts";

function clocked(): { meter: ProgressMeter; pass: (milliseconds: number) => void } {
  let now = 1_000;
  return { meter: new ProgressMeter(() => now), pass: (milliseconds) => void (now += milliseconds) };
}

describe("a progress meter", () => {
  it("tells a steady rate exactly, from the first sample on", () => {
    const { meter, pass } = clocked();
    expect(meter.rate).toBe(0);
    for (let piece = 0; piece < 500; piece++) {
      pass(20);
      meter.add(1_000);
      if (piece >= 4) expect(meter.rate).toBeCloseTo(50_000, 6);
      else expect(meter.rate).toBe(0);
    }
    expect(meter.moved).toBe(500_000);
    expect(meter.remaining(100_000)).toBeCloseTo(2_000, 6);
  });

  it("follows a rate that changes, without jumping", () => {
    const { meter, pass } = clocked();
    const run = (seconds: number, octets: number): void => {
      for (let piece = 0; piece < seconds * 10; piece++) {
        pass(100);
        meter.add(octets / 10);
      }
    };
    run(10, 100_000);
    run(1, 1_000_000);
    expect(meter.rate).toBeGreaterThan(300_000);
    expect(meter.rate).toBeLessThan(450_000);
    run(15, 1_000_000);
    expect(meter.rate).toBeGreaterThan(980_000);
    expect(meter.rate).toBeLessThanOrEqual(1_000_000);
  });

  it("falls while nothing moves, and then knows no time left", () => {
    const { meter, pass } = clocked();
    pass(1_000);
    meter.add(100_000);
    expect(meter.rate).toBeCloseTo(100_000, 6);
    pass(3_000);
    const later = meter.rate;
    expect(later).toBeLessThan(50_000);
    expect(later).toBeGreaterThan(10_000);
    pass(60_000);
    expect(meter.rate).toBeLessThan(1);
    expect(meter.remaining(5)).toBeUndefined();
  });

  it("knows no time left for what nobody knows the size of, and none for nothing", () => {
    const { meter, pass } = clocked();
    expect(meter.remaining(10)).toBeUndefined();
    pass(100);
    meter.add(100);
    expect(meter.remaining(undefined)).toBeUndefined();
    expect(meter.remaining(0)).toBe(0);
    const event = { path: "f", direction: "download", bytes: 100, offset: 50, size: 250 } as const;
    expect(measured(event, meter)).toEqual({ ...event, rate: 1_000, remaining: 100 });
    expect(measured({ ...event, size: undefined }, meter).remaining).toBeUndefined();
  });
});

describe("the progress of several attempts", () => {
  const event = { path: "f", direction: "download", size: 1_000, rate: 0, remaining: undefined } as const;

  it("goes on where the attempt before stopped", () => {
    const told: ProgressEvent[] = [];
    const progress = new AttemptsProgress((each) => void told.push(each));
    progress.begin();
    progress.tell({ ...event, offset: 100, bytes: 50 });
    progress.tell({ ...event, offset: 100, bytes: 300 });
    progress.begin();
    progress.tell({ ...event, offset: 400, bytes: 500 });
    expect(told.map(({ offset, bytes }) => [offset, bytes])).toEqual([
      [100, 50],
      [100, 300],
      [100, 800],
    ]);
  });

  it("stands still while an attempt repeats what was there", () => {
    const told: ProgressEvent[] = [];
    const progress = new AttemptsProgress((each) => void told.push(each));
    for (const bytes of [300, 700]) {
      progress.begin();
      for (let at = 100; at <= bytes; at += 100) progress.tell({ ...event, offset: 0, bytes: at });
    }
    expect(told.map(({ bytes }) => bytes)).toEqual([100, 200, 300, 300, 300, 300, 400, 500, 600, 700]);
  });
});

describe("transfers", () => {
  it("tell rate and time left, of a client and of a pool", async () => {
    const { port, storage } = await startServer();
    const content = Buffer.alloc(4_000_000, "progress-");
    await putFile(storage, "/f", content);
    const folder = await mkdtemp(join(tmpdir(), "twinport-progress-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const target = { host: "127.0.0.1", port, user: "me", password: "secret" };
    const client = await FtpClient.connect(target);
    const pool = new FtpPool(target);
    onTestFinished(async () => {
      await client.close();
      await pool.close();
    });
    const bandwidth = 10_000_000;
    for (const work of [
      (onProgress: (event: ProgressEvent) => void) => client.downloadBytes("/f", { onProgress, bandwidth }),
      (onProgress: (event: ProgressEvent) => void) => client.upload(content, "/up", { onProgress, bandwidth }),
      (onProgress: (event: ProgressEvent) => void) => pool.download("/f", join(folder, "f"), { onProgress, bandwidth }),
      (onProgress: (event: ProgressEvent) => void) => pool.upload(content, "/up2", { onProgress, bandwidth }),
    ]) {
      const told: ProgressEvent[] = [];
      await work((each) => void told.push(each));
      const last = told.at(-1);
      expect(last).toMatchObject({ bytes: content.length, offset: 0, size: content.length, remaining: 0 });
      expect(last?.rate).toBeGreaterThan(0);
      const bytes = told.map((each) => each.bytes);
      expect(bytes).toEqual([...bytes].sort((a, b) => a - b));
      // Once the rate is known, so is the time left, and it fits.
      for (const { rate, remaining, bytes: moved } of told.filter((each) => each.rate > 1_000)) {
        expect((remaining ?? Infinity) * rate).toBeGreaterThanOrEqual((content.length - moved) * 1000 * 0.99 - rate);
      }
    }
  });
});
