import { Readable } from 'node:stream'
import type { SpawnOptions } from './options.ts'
import { abortError, spawn, splitArguments } from './spawn.ts'
import { pipeline, text } from './streams.ts'
import { type Result, SubprocessError } from './subprocess-error.ts'

/** Options of `run`. */
export interface RunOptions extends SpawnOptions {
  /** What the program reads from its stdin; it is at its end then. @default nothing */
  readonly input?: string | Uint8Array | Readable | undefined
}

/**
 * Runs a program to its end. Settles when it is gone and its streams are closed, also when it was aborted.
 *
 * @throws {SubprocessError} `ERR_NS_EXIT`, `ERR_NS_SIGNAL`: it ran, and its exit was not 0
 * @throws what the `error` event of `spawn` carries, when it was not started or was aborted
 */
export function run(file: string, options?: RunOptions): Promise<Result>
export function run(file: string, args?: readonly string[], options?: RunOptions): Promise<Result>
export async function run(
  file: string,
  second?: readonly string[] | RunOptions,
  third?: RunOptions,
): Promise<Result> {
  const { args, options } = splitArguments(second, third)
  const { input, ...spawnOptions } = options as RunOptions
  const begun = performance.now()
  const child = spawn(file, args, spawnOptions)
  child.on('error', () => {}) // `exited` and the signal tell
  const stdin = input === undefined ? child.stdin?.end() : feed(child.stdin, input)
  const [stdout, stderr] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    child.closed,
    stdin,
  ])
  const exit = await child.exited
  if (options.signal?.aborted && child.killed) throw abortError(options.signal)
  const result = { stdout, stderr, ...exit, durationMs: performance.now() - begun }
  if (exit.exitCode !== 0) throw new SubprocessError([file, ...args].join(' '), result)
  return result
}

/** A program that doesn't read all of its input is no failure. */
async function feed(
  stdin: NodeJS.WritableStream | null,
  input: string | Uint8Array | Readable,
): Promise<void> {
  if (!stdin) return
  const source = input instanceof Readable ? input : Readable.from([input])
  await pipeline(source, stdin).catch(() => {})
}
