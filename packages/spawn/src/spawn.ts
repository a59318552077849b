import { addAbortListener } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { type Child, launch, type Pty } from '@ns/syscalls'
import { type Call, checkStart } from './call.ts'
import { abortError, isMistake, startError } from './node-error.ts'
import type { SpawnOptions } from './options.ts'
import { openStdio, type Stdio, type StdioEntry } from './stdio.ts'
import type { Piped, PipeSpawnOptions, StdioSpawnOptions } from './stdio-types.ts'
import { handOver, type PipeEnd, streamOf } from './streams.ts'
import { Subprocess } from './subprocess.ts'
import { openTerminal, type Terminal } from './terminal.ts'

/** `ms` in which a start without namespaces is decided in the same tick, as Node decides it. */
const DECIDE_WITHIN = 5

/**
 * Starts a process, in namespaces of its own if `options.namespaces` says so. Returns at once; a start that fails is
 * an `error` event, as in Node.
 *
 * @param file a path, or a name that is looked up in the child's root with the child's PATH
 * @throws {TypeError} with Node's codes, {NamespaceError} `ERR_NS_INVALID_OPTION`: before anything exists
 * @see child_process.spawn
 */
export function spawn(
  file: string,
  options?: PipeSpawnOptions,
): Subprocess<Writable, Readable, Readable>
export function spawn<In extends StdioEntry, Out extends StdioEntry, Err extends StdioEntry>(
  file: string,
  options: StdioSpawnOptions<In, Out, Err>,
): Subprocess<Piped<In, Writable>, Piped<Out, Readable>, Piped<Err, Readable>>
export function spawn(file: string, options: SpawnOptions): Subprocess
export function spawn(
  file: string,
  args?: readonly string[] | null,
  options?: PipeSpawnOptions,
): Subprocess<Writable, Readable, Readable>
export function spawn<In extends StdioEntry, Out extends StdioEntry, Err extends StdioEntry>(
  file: string,
  args: readonly string[] | null | undefined,
  options: StdioSpawnOptions<In, Out, Err>,
): Subprocess<Piped<In, Writable>, Piped<Out, Readable>, Piped<Err, Readable>>
export function spawn(
  file: string,
  args?: readonly string[] | null,
  options?: SpawnOptions,
): Subprocess
export function spawn(file: string, second?: unknown, third?: unknown): Subprocess {
  const call = checkStart<SpawnOptions>(file, second, third)
  const { child, streams, pty, error } = start(call)
  const subprocess = new Subprocess(call.command.file, call.args, streams, (reason) =>
    startError(reason, 'spawn', call),
  )
  if (!child) {
    subprocess.fail(error)
    return subprocess
  }
  subprocess.follow(child)
  if (pty) subprocess.attach(pty)
  const isIsolated = call.contributions.length > 0
  if (!isIsolated && child.waitForStart(DECIDE_WITHIN) === 'failing') subprocess.forget()
  limit(subprocess, call)
  return subprocess
}

type Start = {
  readonly streams: readonly (PipeEnd | null)[]
} & (
  | { readonly child: Child; readonly pty: Pty | undefined; readonly error?: never }
  | { readonly child?: never; readonly pty?: never; readonly error: unknown }
)

/** The child has its ends of the pipes, or nobody has: ours are closed either way. */
function start(call: Call): Start {
  const { contributions, command, options, signal } = call
  let terminal: Terminal | undefined
  let stdio: Stdio | undefined
  let streams: Start['streams'] = []
  try {
    terminal = openTerminal(options.stdio, options.pty)
    stdio = openStdio(terminal.stdio)
    streams = stdio.ends.map(streamOf)
    if (signal?.aborted) throw abortError(signal)
    const controllingTerminal = terminal.fd ?? command.controllingTerminal
    const { fds } = stdio
    const child = launch(contributions, { ...command, fds, controllingTerminal }, call)
    handOver(options.stdio)
    return { child, streams, pty: terminal.pty }
  } catch (error) {
    terminal?.pty?.destroy()
    if (!isMistake(error)) return { error, streams } // an event, as no fd being left is
    for (const stream of streams) stream?.destroy()
    throw error
  } finally {
    stdio?.release()
    terminal?.release()
  }
}

/** `timeout` and `signal`: both end with the process, whoever may still hold its pipes. */
function limit(child: Subprocess, { signal, timeout, killSignal }: Call): void {
  const timer = timeout ? setTimeout(() => child.kill(killSignal), timeout) : undefined
  const abort = () => {
    if (child.kill(killSignal)) child.emit('error', abortError(signal as AbortSignal))
  }
  const listener = signal && addAbortListener(signal, abort)
  const end = () => {
    clearTimeout(timer)
    listener?.[Symbol.dispose]()
  }
  child.once('exit', end)
  child.once('close', end) // a start that failed has no exit
}
