import { type Child, explain as explainLaunch, launch, type Program } from '@ns/syscalls'
import { invalidType } from './arguments.ts'
import { contributionsOf } from './namespaces.ts'
import { type Call, checkCall, type SpawnOptions } from './options.ts'
import { openStdio, type Stdio } from './stdio.ts'
import { Subprocess } from './subprocess.ts'

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
export function spawn(file: string, options?: SpawnOptions): Subprocess
export function spawn(file: string, args?: readonly string[], options?: SpawnOptions): Subprocess
export function spawn(
  file: string,
  second?: readonly string[] | SpawnOptions,
  third?: SpawnOptions,
): Subprocess {
  const { args, options } = splitArguments(second, third)
  const call = checkCall(file, args, options)
  const contributions = contributionsOf(options.namespaces)
  const { signal } = call
  const stdio = openStdio(options.stdio)
  const start = (): Child => {
    if (signal?.aborted) throw abortError(signal)
    return launch(contributions, { ...call.command, fds: stdio.fds }, call)
  }
  const child = begin(call, stdio, start)
  if (contributions.length === 0) child.decide(DECIDE_WITHIN)
  limit(child, call)
  return child
}

/** The child has its ends of the pipes, or nobody has: ours are closed either way. */
function begin(call: Call, stdio: Stdio, start: () => Child): Subprocess {
  try {
    return new Subprocess(call.command.file, call.args, stdio.streams, start)
  } catch (error) {
    for (const stream of stdio.streams) stream?.destroy()
    throw error
  } finally {
    stdio.release()
  }
}

/** The optional arguments in the middle, as Node has them. */
export function splitArguments(
  second: readonly string[] | SpawnOptions | undefined,
  third: SpawnOptions | undefined,
): { args: readonly string[]; options: SpawnOptions } {
  const hasArgs = Array.isArray(second) || second === undefined || second === null
  const options = (hasArgs ? third : second) ?? {}
  if (typeof options !== 'object') throw invalidType('options', 'of type object', options)
  return {
    args: hasArgs ? ((second as readonly string[] | undefined) ?? []) : [],
    options: options as SpawnOptions,
  }
}

/** `timeout` and `signal`: both end with the process. */
function limit(child: Subprocess, { signal, timeout, killSignal }: Call): void {
  if (timeout) {
    const timer = setTimeout(() => child.kill(killSignal), timeout)
    child.once('exit', () => clearTimeout(timer))
  }
  if (!signal || signal.aborted) return
  const abort = () => {
    if (child.kill(killSignal)) child.emit('error', abortError(signal))
  }
  signal.addEventListener('abort', abort, { once: true })
  child.once('close', () => signal.removeEventListener('abort', abort))
}

/** Node's: `name` and `code`, the reason as cause. */
export function abortError(signal: AbortSignal): Error {
  const error = new Error('The operation was aborted', { cause: signal.reason })
  return Object.assign(error, { name: 'AbortError', code: 'ABORT_ERR' })
}

/**
 * The program that `spawn` with these arguments would run between clone and exec, without running it.
 * `String(program)` prints it.
 */
export function explain(file: string, options?: SpawnOptions): Program
export function explain(file: string, args?: readonly string[], options?: SpawnOptions): Program
export function explain(
  file: string,
  second?: readonly string[] | SpawnOptions,
  third?: SpawnOptions,
): Program {
  const { args, options } = splitArguments(second, third)
  return explainLaunch(contributionsOf(options.namespaces), checkCall(file, args, options).command)
}
