/** Writes one file's bytes into another, from a place on: how an upload that began within a file becomes part of it. */
import fs from "node:fs";
import { ftruncate } from "./system-calls.ts";

/** Bytes that are copied at once. */
const copySize: number = 1024 * 1024;

/**
 * Writes all bytes of one file into another, which ends with them.
 *
 * What makes the file longer is written first: where there is no room for it, the file is as it was before.
 *
 * @param from - A descriptor to read from.
 * @param into - A descriptor to write to, without O_APPEND.
 * @param offset - Where the first byte goes; no more than the file has.
 * @returns Bytes of the whole file.
 */
export async function writeTail(from: number, into: number, offset: number): Promise<number> {
  const length = await sizeOf(from);
  const before = await sizeOf(into);
  const inside = Math.min(length, before - offset);
  try {
    await copyRange({ from, at: inside }, { into, at: before }, length - inside);
  } catch (error) {
    await ftruncate(into, before);
    throw error;
  }
  await copyRange({ from, at: 0 }, { into, at: offset }, inside);
  if (offset + length < before) await ftruncate(into, offset + length);
  return offset + length;
}

/** A place that bytes come from. */
export interface Source {
  readonly from: number;
  readonly at: number;
}

/** A place that bytes go to. */
export interface Target {
  readonly into: number;
  readonly at: number;
}

/**
 * Copies a range of bytes.
 *
 * @param length - Bytes. Fewer are copied where the source has no more.
 * @returns Bytes that were copied.
 */
export async function copyRange(source: Source, target: Target, length: number): Promise<number> {
  if (length <= 0) return 0;
  const buffer = Buffer.allocUnsafeSlow(Math.min(copySize, length));
  let done = 0;
  while (done < length) {
    const count = await read(source.from, buffer, Math.min(buffer.length, length - done), source.at + done);
    if (count === 0) return done;
    for (let written = 0; written < count;)
      written += await write(target.into, buffer, written, count - written, target.at + done + written);
    done += count;
  }
  return done;
}

function sizeOf(fd: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.fstat(fd, (error, stats) => {
      if (error instanceof Error) reject(error);
      else resolve(stats.size);
    });
  });
}

function read(fd: number, into: Uint8Array, length: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.read(fd, into, 0, length, position, (error, count) => {
      if (error instanceof Error) reject(error);
      else resolve(count);
    });
  });
}

function write(fd: number, from: Uint8Array, at: number, length: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.write(fd, from, at, length, position, (error, count) => {
      if (error instanceof Error) reject(error);
      else resolve(count);
    });
  });
}
