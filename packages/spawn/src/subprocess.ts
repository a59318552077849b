import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import type { Readable, Writable } from 'node:stream'
import type { Child, Exit, Ready } from '@ns/syscalls'
import { checkSignal } from './options.ts'

/** `ms` between the polite end and SIGKILL when a child is disposed of. */
const FORCE_KILL_AFTER = 5000

/**
 * A process: `node:child_process`'s ChildProcess in members, events and their order, and `ready`, `exited`, `pidfd`.
 *
 * Events: `spawn` when the command is executed; `error` when the start failed or was aborted; `exit` when it ended;
 * `close` when its pipes have ended too.
 */
export class Subprocess extends EventEmitter {
  readonly stdio: readonly (Socket | null)[]
  readonly stdin: Writable | null
  readonly stdout: Readable | null
  readonly stderr: Readable | null
  readonly spawnfile: string
  readonly spawnargs: readonly string[]
  /** `undefined` when nothing was started. */
  pid: number | undefined
  /** `null` while it runs, and when a signal ended it. */
  exitCode: number | null = null
  signalCode: NodeJS.Signals | null = null
  /** Whether a signal was sent, not whether it ended the process. */
  killed = false
  /** Without an IPC channel: never. */
  readonly connected = false
  readonly #ready: Promise<Ready>
  readonly #exited: Promise<Exit>
  /** Whether somebody looks at the promises: then an `error` that nobody listens to is not uncaught. */
  #awaited = false
  #child: Child | undefined
  readonly #closed = Promise.withResolvers<void>()
  #toClose = 1

  /** @internal use `spawn` */
  constructor(
    spawnfile: string,
    spawnargs: readonly string[],
    stdio: readonly (Socket | null)[],
    start: () => Child,
  ) {
    super()
    this.spawnfile = spawnfile
    this.spawnargs = spawnargs
    this.stdio = stdio
    const [stdin = null, stdout = null, stderr = null] = stdio
    this.stdin = stdin
    this.stdout = stdout
    this.stderr = stderr
    for (const stream of stdio) this.#await(stream)
    const { ready, exited } = this.#start(start)
    this.#ready = ready
    this.#exited = exited
    ready.catch(() => {}) // whoever doesn't look at these hears the event
    exited.catch(() => {})
  }

  /** What was really made; rejects with what the `error` event carries. */
  get ready(): Promise<Ready> {
    this.#awaited = true
    return this.#ready
  }

  /** How it ended; rejects when the start failed. */
  get exited(): Promise<Exit> {
    this.#awaited = true
    return this.#exited
  }

  /** An fd of this process that is the child; `undefined` when nothing was started. */
  get pidfd(): number | undefined {
    return this.#child?.pidfd
  }

  #start(start: () => Child): { ready: Promise<Ready>; exited: Promise<Exit> } {
    let child: Child
    try {
      child = start()
    } catch (error) {
      if (isInvalidOption(error)) throw error // a mistake of the caller, not a failure of the start
      const failed = Promise.reject(error)
      process.nextTick(() => this.#fail(error as Error))
      return { ready: failed, exited: failed }
    }
    this.#child = child
    this.pid = child.pid
    child.started.then(
      (ready) => {
        this.pid = ready.pid
        this.emit('spawn')
      },
      () => {},
    )
    child.exited.then(
      (exit) => this.#end(exit),
      (error) => this.#fail(error),
    )
    return { ready: child.started, exited: child.exited }
  }

  /** Decides the start in this tick if that is quick: a missing program leaves no pid, as with Node. */
  decide(ms: number): void {
    if (this.#child?.waitForStart(ms) === 'failing') this.pid = undefined
  }

  #await(stream: Socket | null): void {
    if (!stream) return
    this.#toClose += 1
    stream.once('close', () => this.#maybeClose())
  }

  #end({ exitCode, signalCode }: Exit): void {
    this.exitCode = exitCode
    this.signalCode = signalCode
    this.stdin?.destroy()
    this.emit('exit', exitCode, signalCode)
    // Pipes that nobody reads would never end.
    process.nextTick(() => this.#flush())
    this.#maybeClose()
  }

  /** As Node: the code is the negative errno, for whoever looks at `close` alone. */
  #fail(error: Error): void {
    const { errno, cause } = error as NodeJS.ErrnoException & { cause?: { errno?: number } }
    this.pid = undefined
    this.exitCode = errno ?? cause?.errno ?? -1
    this.stdin?.destroy()
    if (this.listenerCount('error') > 0 || !this.#awaited) this.emit('error', error)
    process.nextTick(() => this.#flush())
    this.#maybeClose()
  }

  #flush(): void {
    for (const stream of this.stdio)
      if (stream?.readable && !stream.readableFlowing && stream.listenerCount('readable') === 0)
        stream.resume()
  }

  #maybeClose(): void {
    this.#toClose -= 1
    if (this.#toClose > 0) return
    this.emit('close', this.exitCode, this.signalCode)
    this.#closed.resolve()
  }

  /** `true` when the signal was delivered; never signals anyone else, whatever became of the pid. */
  kill(signal: NodeJS.Signals | number = 'SIGTERM'): boolean {
    const number = checkSignal(signal)
    const delivered = this.#child?.kill(number) ?? false
    if (delivered && number !== 0) this.killed = true
    return delivered
  }

  ref(): void {
    this.#child?.ref()
  }

  unref(): void {
    this.#child?.unref()
  }

  /** As Node's: sends SIGTERM. */
  [Symbol.dispose](): void {
    if (!this.killed) this.kill()
  }

  /** Ends it: SIGTERM, after 5 seconds SIGKILL; settles when it is reaped and its pipes are closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.kill()
    const force = setTimeout(() => this.kill('SIGKILL'), FORCE_KILL_AFTER)
    await this.#child?.gone.catch(() => {}) // an init may stay longer than its command
    clearTimeout(force)
    for (const stream of this.stdio) stream?.destroy()
    await this.#closed.promise
  }

  /** Settles when `close` was emitted. */
  get closed(): Promise<void> {
    return this.#closed.promise
  }
}

function isInvalidOption(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ERR_NS_INVALID_OPTION'
}
