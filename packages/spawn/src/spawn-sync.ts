import { BlockingLoop, type Child, close, type ErrnoName, errnoName, launch } from '@ns/syscalls'
import { checkBytes, invalidType } from './arguments.ts'
import { type Call, checkStart } from './call.ts'
import type { SpawnOptions } from './options.ts'
import { openStdio, type Stdio } from './stdio.ts'
import { pump } from './sync-pipes.ts'
import { ended, notStarted, type SpawnSyncResult } from './sync-result.ts'

/** As much as a program may write to all its pipes, in bytes: Node's. */
const MAX_BUFFER = 1024 * 1024

/** `ms` in which a program that exceeds a limit may end by the signal, before its pipes break: SIGPIPE would come first. */
const BREAK_AFTER = 100

/** Options of `spawnSync`: those of Node's with its meaning, and `namespaces`. */
export interface SpawnSyncOptions extends SpawnOptions {
  /** What the program reads from its stdin; it is at its end then. @default nothing */
  readonly input?: string | NodeJS.ArrayBufferView | undefined
  /** Bytes of all output: a program that writes more is ended. @default 1 MiB */
  readonly maxBuffer?: number | undefined
  /** Of the output. @default 'buffer' */
  readonly encoding?: BufferEncoding | 'buffer' | null | undefined
}

/**
 * Runs a program to its end while this thread waits: no other JavaScript runs. With an init that stays `'until-empty'`
 * it waits for the last process. A contribution whose parent's part is a promise is refused by name.
 *
 * @throws {TypeError} with Node's codes, {NamespaceError} `ERR_NS_INVALID_OPTION`: a mistake of the caller
 * @see child_process.spawnSync
 */
export function spawnSync(
  file: string,
  args: readonly string[] | null | undefined,
  options: SpawnSyncOptions & { readonly encoding: BufferEncoding },
): SpawnSyncResult<string>
export function spawnSync(
  file: string,
  args?: readonly string[] | null,
  options?: SpawnSyncOptions & { readonly encoding?: 'buffer' | null | undefined },
): SpawnSyncResult<Buffer>
export function spawnSync(
  file: string,
  options: SpawnSyncOptions & { readonly encoding: BufferEncoding },
): SpawnSyncResult<string>
export function spawnSync(
  file: string,
  options: SpawnSyncOptions & { readonly encoding?: 'buffer' | null | undefined },
): SpawnSyncResult<Buffer>
export function spawnSync(
  file: string,
  args?: readonly string[] | null,
  options?: SpawnSyncOptions,
): SpawnSyncResult
export function spawnSync(file: string, second?: unknown, third?: unknown): SpawnSyncResult {
  const call = checkStart<SpawnSyncOptions>(file, second, third)
  const most = checkBytes('options.maxBuffer', call.options.maxBuffer) ?? MAX_BUFFER
  const input = bytesOf(call.options)
  const loop = new BlockingLoop()
  let started: Started
  try {
    started = start(call, loop)
  } catch (error) {
    return notStarted(error, call)
  }
  const { child, ends } = started
  let limit: ErrnoName | undefined
  let isStopped = false
  let length = 0
  const stop = (errno: ErrnoName) => {
    if (isStopped) return
    isStopped = true
    limit = errno // rather than that its input is left unread
    child.kill(call.killSignal)
    pipes.stop()
    loop.after(BREAK_AFTER, () => pipes.close())
  }
  const count = (bytes: number) => {
    length += bytes
    if (length > most) stop('ENOBUFS')
  }
  const pipes = pump(loop, ends, input, count, (errno) => {
    limit ??= errnoName(errno) as ErrnoName // it has not read all that it was given
  })
  if (call.timeout) loop.after(call.timeout, () => stop('ETIMEDOUT'))
  loop.run(() => child.ended !== undefined && (isStopped || pipes.isOver()))
  pipes.close()
  const { exit, error } = child.ended as NonNullable<typeof child.ended>
  if (!exit) return notStarted(error, call)
  return ended({ pid: child.pid, exit, output: pipes.output, limit }, call)
}

interface Started {
  readonly child: Child
  /** Ours of its pipes. */
  readonly ends: Stdio['ends']
}

function start(call: Call, loop: BlockingLoop): Started {
  const { contributions, command, options, startTimeout } = call
  const { fds, ends, release } = openStdio(options.stdio)
  try {
    return { child: launch(contributions, { ...command, fds }, { startTimeout, loop }), ends }
  } catch (error) {
    for (const end of ends) if (end !== null) close(end)
    throw error
  } finally {
    release()
  }
}

function bytesOf({ input, encoding }: SpawnSyncOptions): Uint8Array {
  if (!input) return new Uint8Array()
  if (typeof input === 'string') return Buffer.from(input, encoding as BufferEncoding)
  if (!ArrayBuffer.isView(input))
    throw invalidType('options.stdio[0]', 'a string, a Buffer, a TypedArray or a DataView', input)
  return new Uint8Array(input.buffer, input.byteOffset, input.byteLength)
}
