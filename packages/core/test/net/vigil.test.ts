/** Busy polling: when the loop is kept awake, and when it is let sleep. */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { ControlChannel, resolveBusyPoll, Turns, Vigil, type VigilClock } from "../../src/net/index.ts";

/** A clock that stands until it is moved, and rounds that are counted. */
class StillClock implements VigilClock {
  time = 1_000;
  readonly waiting: (() => void)[] = [];

  now(): number {
    return this.time;
  }

  nextRound(callback: () => void): void {
    this.waiting.push(callback);
  }

  /** Runs one round. @returns Whether the loop was kept awake for it. */
  round(): boolean {
    const due = this.waiting.splice(0);
    for (const each of due) each();
    return due.length > 0;
  }
}

describe("a vigil", () => {
  it("keeps the loop awake for its span, and no longer", () => {
    const clock = new StillClock();
    const vigil = new Vigil(0.2, clock);
    vigil.keep(clock.now());
    expect(clock.round()).toBe(true);
    clock.time += 0.19;
    expect(clock.round()).toBe(true);
    clock.time += 0.02;
    expect(clock.round()).toBe(true);
    expect(clock.round()).toBe(false);
  });

  it("is prolonged, by one chain of rounds however many ask", () => {
    const clock = new StillClock();
    const vigil = new Vigil(0.2, clock);
    for (let each = 0; each < 5; each++) vigil.keep(clock.now());
    expect(clock.waiting).toHaveLength(1);
    clock.time += 0.15;
    vigil.keep(clock.now());
    clock.time += 0.15;
    clock.round();
    expect(clock.waiting).toHaveLength(1);
  });

  it("begins again after it ended", () => {
    const clock = new StillClock();
    const vigil = new Vigil(0.2, clock);
    vigil.keep(clock.now());
    clock.time += 1;
    clock.round();
    expect(clock.waiting).toHaveLength(0);
    vigil.keep(clock.now());
    expect(clock.waiting).toHaveLength(1);
  });

  it("of no length is none", () => {
    const clock = new StillClock();
    const vigil = new Vigil(0, clock);
    vigil.keep(vigil.now());
    expect(clock.waiting).toHaveLength(0);
    expect(vigil.isBrisk(0)).toBe(false);
  });
});

describe("turns with a peer", () => {
  it("keep the loop awake behind an answer to a peer that was brisk, and to no other", () => {
    const clock = new StillClock();
    const turns = new Turns(new Vigil(0.2, clock));
    turns.heard();
    turns.answered();
    expect(clock.waiting).toHaveLength(0);
    clock.time += 0.3;
    turns.heard();
    turns.answered();
    expect(clock.waiting).toHaveLength(0);
    clock.time += 0.1;
    turns.heard();
    turns.answered();
    expect(clock.waiting).toHaveLength(1);
  });
});

describe("the span of busy polling", () => {
  it("is a fifth of a millisecond, or what is asked for within reason", () => {
    expect(resolveBusyPoll()).toBe(0.2);
    expect(resolveBusyPoll(0)).toBe(0);
    expect(resolveBusyPoll(10)).toBe(10);
    for (const span of [-1, 10.1, Number.NaN]) expect(() => resolveBusyPoll(span)).toThrow(RangeError);
  });
});

describe("a control channel", () => {
  /** A channel, the far end of its connection, and what waits until its owner heard of octets. */
  const connected = async (
    vigil: Vigil,
  ): Promise<{ channel: ControlChannel; far: Socket; heard: () => Promise<void> }> => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const far = connect(typeof address === "object" && address !== null ? address.port : 0, "127.0.0.1");
    const [near] = (await once(server, "connection")) as [Socket];
    onTestFinished(() => {
      for (const socket of [near, far]) socket.destroy();
      server.close();
    });
    let tell: (() => void) | undefined;
    const owner = { received: () => tell?.(), drained: () => undefined, ended: () => undefined, lost: () => undefined };
    const heard = (): Promise<void> => new Promise((resolve) => (tell = resolve));
    return { channel: new ControlChannel(near, owner, vigil), far, heard };
  };

  it("stays awake for a client that is brisk, not for the first command or a slow one", async () => {
    const clock = new StillClock();
    const { channel, far, heard } = await connected(new Vigil(0.2, clock));
    const command = async (gap: number): Promise<number> => {
      clock.time += gap;
      const came = heard();
      far.write("NOOP\r\n");
      await came;
      channel.rest();
      const kept = clock.waiting.length;
      clock.time += 1;
      clock.round();
      clock.time -= 1;
      return kept;
    };
    expect(await command(0)).toBe(0);
    expect(await command(0.1)).toBe(1);
    expect(await command(0.1)).toBe(1);
    expect(await command(0.3)).toBe(0);
    expect(await command(0.1)).toBe(1);
  });
});
