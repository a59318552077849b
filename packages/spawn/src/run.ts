import { abortError } from './node-error.ts'
import { collect, lines } from './output.ts'
import { type Begun, begin, most, type RunOptions } from './running.ts'
import { type Result, SubprocessError } from './subprocess-error.ts'

/** The promise of a result; or, iterated where `run` is called, the lines of stdout, which the result then hasn't. */
export interface Running extends Promise<Result>, AsyncIterable<string> {}

/**
 * Runs a program to its end. Settles when it is gone and its streams are closed, also when it was aborted.
 *
 * ```ts
 * for await (const line of run('ls', ['-1'])) console.log(line)
 * ```
 *
 * Leaving the loop ends the program.
 *
 * @throws {SubprocessError} `ERR_NS_EXIT`, `ERR_NS_SIGNAL`, `ERR_NS_TIMEOUT`, `ERR_NS_MAX_BUFFER`: it ran
 * @throws what the `error` event of `spawn` carries, when it was not started or was aborted
 */
export function run(file: string, options?: RunOptions): Running
export function run(file: string, args?: readonly string[], options?: RunOptions): Running
export function run(file: string, second?: unknown, third?: unknown): Running {
  let begun: Begun
  try {
    begun = begin(file, second, third)
  } catch (error) {
    const failed = Promise.reject(error)
    return Object.assign(failed, { [Symbol.asyncIterator]: () => none(failed) })
  }
  const result = finish(begun)
  return Object.assign(result, { [Symbol.asyncIterator]: () => linesOf(begun, result) })
}

async function finish(begun: Begun): Promise<Result> {
  const { child, feeding, options } = begun
  const fed = feeding.then(
    () => undefined,
    (error: unknown) => ({ error }),
  )
  const stderr = collect(child.stderr, most(begun))
  await null // whoever wants lines has asked for them by now
  if (begun.reader === 'none') begun.reader = 'result'
  const stdout = begun.reader === 'lines' ? '' : collect(child.stdout, most(begun))
  const [out, err, failure] = await Promise.all([stdout, stderr, fed, child.closed])
  const exit = await child.exited
  if (failure) throw failure.error
  if (begun.isAborted) throw abortError(options.signal as AbortSignal)
  const { exceeded } = begun
  const durationMs = performance.now() - begun.at
  const result: Result = { stdout: out, stderr: err, ...exit, exceeded, durationMs }
  if ((exit.exitCode === 0 && !exceeded) || options.reject === false) return result
  throw new SubprocessError(begun.file, result)
}

function linesOf(begun: Begun, result: Promise<Result>): AsyncIterator<string> {
  if (begun.reader !== 'none')
    throw new Error('lines are read once, and asked for in the tick in which `run` is called')
  begun.reader = 'lines'
  result.catch(() => {}) // the loop throws it
  return linesUntil(begun, result)
}

/** The lines, and at their end what the program ends with. */
async function* linesUntil(begun: Begun, result: Promise<Result>): AsyncGenerator<string, void> {
  let isLeft = true
  try {
    yield* lines(begun.child.stdout, most(begun))
    isLeft = false
  } finally {
    if (isLeft) begun.end()
    await (isLeft ? begun.child.closed : result)
  }
}

// biome-ignore lint/correctness/useYield: what was not begun has no line
async function* none(failed: Promise<never>): AsyncGenerator<string, void> {
  await failed
}
