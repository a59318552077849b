import { addAbortListener } from 'node:events'
import {
  checkAbortSignal,
  checkBytes,
  checkKillSignal,
  checkMilliseconds,
  invalidValue,
} from './arguments.ts'
import { splitArguments } from './call.ts'
import { checkInput, feed, type Input } from './input.ts'
import { abortError } from './node-error.ts'
import type { SpawnOptions } from './options.ts'
import type { Most } from './output.ts'
import { spawn } from './spawn.ts'
import { isPipe } from './stdio.ts'
import type { Subprocess } from './subprocess.ts'
import type { Limit } from './subprocess-error.ts'
import { terminate } from './terminate.ts'

/** As much as a program may write to each of stdout and stderr, in bytes. */
const MAX_BUFFER = 100 * 1024 * 1024

/** Options of `run`. */
export interface RunOptions extends SpawnOptions {
  /** What the program reads from its stdin; it is at its end then. @default nothing */
  readonly input?: Input | undefined
  /** Bytes of stdout, and of stderr, and of one line where lines are read: a program that writes more is ended. @default 100 MiB */
  readonly maxBuffer?: number | undefined
  /** `ms` from `killSignal` to SIGKILL, when `timeout`, `signal` or `maxBuffer` ends the program; `false`: never. @default 5000 */
  readonly forceKillAfterDelay?: number | false | undefined
  /** `false`: a program that ran is a result, however it ended. @default true */
  readonly reject?: boolean | undefined
}

/** A program that runs. */
export interface Begun {
  readonly file: string
  readonly at: number
  readonly child: Subprocess
  readonly options: RunOptions
  /** What its stdin is fed with. */
  readonly feeding: Promise<void>
  /** The limit for which it was ended. */
  exceeded: Limit | null
  isAborted: boolean
  /** Who reads its stdout: nobody else may then. */
  reader: 'none' | 'result' | 'lines'
  /** Ends it. */
  end(): void
}

/**
 * Starts it, with its input and its limits.
 *
 * @throws {TypeError} with Node's codes, {NamespaceError} `ERR_NS_INVALID_OPTION`, an AbortError: nothing was started
 */
export function begin(file: string, second: unknown, third: unknown): Begun {
  const { args, options } = splitArguments<RunOptions>(second, third)
  const { input, maxBuffer, forceKillAfterDelay, reject, ...rest } = options
  const { timeout, signal, ...spawnOptions } = rest
  const killSignal = checkKillSignal(options.killSignal)
  const forceAfter =
    forceKillAfterDelay === false
      ? Number.POSITIVE_INFINITY
      : checkMilliseconds('options.forceKillAfterDelay', forceKillAfterDelay)
  checkBytes('options.maxBuffer', maxBuffer)
  checkMilliseconds('options.timeout', timeout)
  const fed = checkInput(input)
  if (fed !== undefined && !isPipe(options.stdio, 0))
    throw invalidValue('options.input', input, 'needs stdin to be a pipe')
  if (checkAbortSignal('options.signal', signal)?.aborted) throw abortError(signal as AbortSignal)

  const at = performance.now()
  const child = spawn(file, args as readonly string[], spawnOptions as SpawnOptions)
  child.on('error', () => {}) // `exited` tells
  const feeding = child.stdin ? feed(child.stdin, fed) : Promise.resolve()
  const end = () => terminate(child, killSignal, forceAfter)
  const state = { exceeded: null, isAborted: false, reader: 'none' } as const
  const begun: Begun = { file, at, child, options, feeding, ...state, end }
  feeding.catch(end)
  limit(begun)
  return begun
}

/** `timeout` and `signal`, until its streams are closed: its own children may hold them open for ever. */
function limit(begun: Begun): void {
  const { child, options, end } = begun
  const { timeout, signal } = options
  const timer = timeout ? setTimeout(() => exceed(begun, 'timeout'), timeout) : undefined
  const abort = () => {
    begun.isAborted = true
    end()
  }
  const listener = signal && addAbortListener(signal, abort)
  child.once('close', () => {
    clearTimeout(timer)
    listener?.[Symbol.dispose]()
  })
}

function exceed(begun: Begun, limit: Limit): void {
  begun.exceeded ??= limit
  begun.end()
}

/** What it may write to one of its pipes. */
export function most(begun: Begun): Most {
  return {
    bytes: begun.options.maxBuffer ?? MAX_BUFFER,
    exceed: () => exceed(begun, 'maxBuffer'),
  }
}
