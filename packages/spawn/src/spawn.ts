import { addAbortListener } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { type Child, type Contribution, launch, type Pty, SyscallError } from '@ns/syscalls'
import { contributionsOf } from './namespaces.ts'
import { startError } from './node-error.ts'
import { type Call, checkCall, type SpawnOptions, splitArguments } from './options.ts'
import { openStdio, type Stdio, type StdioEntry } from './stdio.ts'
import { handOver, type PipeEnd, streamOf } from './streams.ts'
import { Subprocess } from './subprocess.ts'
import { openTerminal, type Terminal } from './terminal.ts'

/** `ms` in which a start without namespaces is decided in the same tick, as Node decides it. */
const DECIDE_WITHIN = 5

/** What makes a pipe. */
type Pipe = 'pipe' | 'overlapped' | null | undefined
/**
 * The stream of an fd that is one; null for all others. `any` in, `any` out: to see whether this is assignable to
 * Node's `spawn`, TypeScript puts `any` for each type parameter.
 */
// biome-ignore lint/suspicious/noExplicitAny: see above
type Piped<Entry, Stream> = 0 extends 1 & Entry ? any : Entry extends Pipe ? Stream : null

/** Options that name the child's stdin, stdout and stderr. */
export interface StdioSpawnOptions<
  In extends StdioEntry,
  Out extends StdioEntry,
  Err extends StdioEntry,
> extends SpawnOptions {
  readonly stdio: readonly [stdin: In, stdout: Out, stderr: Err]
}

/** Options that leave all three a pipe. */
export interface PipeSpawnOptions extends SpawnOptions {
  readonly stdio?: 'pipe' | 'overlapped' | readonly Pipe[] | undefined
}

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
  const { args, options } = splitArguments<SpawnOptions>(second, third)
  const call = checkCall(file, args, options)
  const contributions = contributionsOf(options.namespaces)
  const isIsolated = contributions.length > 0
  const { child, streams, pty, error } = start(contributions, call, options)
  const subprocess = new Subprocess(call.command.file, call.args, streams, (reason) =>
    startError(reason, 'spawn', call, isIsolated),
  )
  if (!child) {
    pty?.destroy()
    subprocess.fail(error)
    return subprocess
  }
  subprocess.follow(child)
  if (pty) subprocess.attach(pty)
  if (!isIsolated && child.waitForStart(DECIDE_WITHIN) === 'failing') subprocess.forget()
  limit(subprocess, call)
  return subprocess
}

type Start = {
  readonly streams: readonly (PipeEnd | null)[]
  readonly pty?: Pty | undefined
} & (
  | { readonly child: Child; readonly error?: never }
  | { readonly child?: never; readonly error: unknown }
)

/** The child has its ends of the pipes, or nobody has: ours are closed either way. */
function start(contributions: readonly Contribution[], call: Call, options: SpawnOptions): Start {
  const { signal } = call
  let terminal: Terminal | undefined
  let stdio: Stdio
  try {
    terminal = openTerminal(options.stdio, options.pty)
    stdio = openStdio(terminal.stdio)
  } catch (error) {
    terminal?.pty?.destroy()
    terminal?.release()
    if (error instanceof SyscallError) return { error, streams: [] } // no fds left: an event too
    throw error
  }
  const streams = stdio.ends.map(streamOf)
  try {
    if (signal?.aborted) throw abortError(signal)
    const controllingTerminal = terminal.fd ?? call.command.controllingTerminal
    const command = { ...call.command, fds: stdio.fds, controllingTerminal }
    const child = launch(contributions, command, call)
    handOver(options.stdio)
    return { child, streams, pty: terminal.pty }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_NS_INVALID_OPTION')
      return { error, streams, pty: terminal.pty }
    for (const stream of [...streams, terminal.pty]) stream?.destroy()
    throw error // a mistake of the caller, not a failure of the start
  } finally {
    stdio.release()
    terminal.release()
  }
}

/** `timeout` and `signal`: both end with the process. */
function limit(child: Subprocess, { signal, timeout, killSignal }: Call): void {
  if (timeout) {
    const timer = setTimeout(() => child.kill(killSignal), timeout)
    child.once('exit', () => clearTimeout(timer))
    child.once('close', () => clearTimeout(timer)) // a start that failed has no exit
  }
  if (!signal) return
  const abort = () => {
    if (child.kill(killSignal)) child.emit('error', abortError(signal))
  }
  const listener = addAbortListener(signal, abort)
  child.once('close', () => listener[Symbol.dispose]())
}

/** Node's: `name` and `code`, the reason as cause. */
export function abortError(signal: AbortSignal): Error {
  const error = new Error('The operation was aborted', { cause: signal.reason })
  return Object.assign(error, { name: 'AbortError', code: 'ABORT_ERR' })
}
