import { ChildProcess } from 'node:child_process'
import { EventEmitter } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import type { Child, Exit, Pty, Ready } from '@ns/syscalls'
import { checkSignal } from './arguments.ts'
import { type PipeEnd, Pipes } from './streams.ts'
import { terminate } from './terminate.ts'

/** Node's ChildProcess for `instanceof` and for the types; its constructor makes a handle that nobody would close. */
const NodeShape: typeof ChildProcess = class extends EventEmitter {} as typeof ChildProcess
Object.setPrototypeOf(NodeShape.prototype, ChildProcess.prototype)

/**
 * A process: `node:child_process`'s ChildProcess in members, events and their order, and `ready`, `exited`, `pidfd`.
 *
 * Events: `spawn` when the command is executed; `error` when the start failed or was aborted; `exit` when it ended;
 * `close` when its pipes have ended too.
 */
export class Subprocess<
  In extends Writable | null = Writable | null,
  Out extends Readable | null = Readable | null,
  Err extends Readable | null = Readable | null,
> extends NodeShape {
  override readonly stdio: [In, Out, Err, Readable | Writable | null, Readable | Writable | null]
  override stdin: In
  override stdout: Out
  override stderr: Err
  /** The terminal of `stdio: 'pty'`: read, typed into and resized. */
  pty: Pty | null = null
  override readonly spawnfile: string
  override readonly spawnargs: string[]
  /** `undefined` when nothing was started. With an init it is the init's. */
  override pid: number | undefined = undefined
  /** `null` while it runs, and when a signal ended it. */
  override exitCode: number | null = null
  override signalCode: NodeJS.Signals | null = null
  /** Whether a signal was sent, not whether it ended the process. */
  override killed = false
  /** There is no IPC channel: never. */
  override readonly connected = false
  readonly #pipes: Pipes
  readonly #describe: (reason: unknown) => Error
  readonly #ready = Promise.withResolvers<Ready>()
  readonly #exited = Promise.withResolvers<Exit>()
  readonly #closed = Promise.withResolvers<void>()
  /** Whether somebody looks at the promises: then an `error` that nobody listens to is not uncaught. */
  #isAwaited = false
  #child: Child | undefined

  /** @internal use `spawn` */
  constructor(
    spawnfile: string,
    spawnargs: readonly unknown[],
    streams: readonly (PipeEnd | null)[],
    describe: (reason: unknown) => Error,
  ) {
    super()
    this.#describe = describe
    this.spawnfile = spawnfile
    this.spawnargs = [...spawnargs] as string[]
    this.#pipes = new Pipes(streams, () => this.#close())
    this.stdio = [...streams] as unknown as this['stdio']
    const [stdin = null, stdout = null, stderr = null] = streams
    this.stdin = stdin as unknown as In
    this.stdout = stdout as unknown as Out
    this.stderr = stderr as unknown as Err
    this.#ready.promise.catch(() => {}) // whoever doesn't look at these hears the event
    this.#exited.promise.catch(() => {})
  }

  /** What was really made; rejects with what the `error` event carries. */
  get ready(): Promise<Ready> {
    this.#isAwaited = true
    return this.#ready.promise
  }

  /** How it ended; rejects when the start failed. */
  get exited(): Promise<Exit> {
    this.#isAwaited = true
    return this.#exited.promise
  }

  /** Settles when `close` was emitted. */
  get closed(): Promise<void> {
    return this.#closed.promise
  }

  /** @internal Settles when nothing of it is left: an init may stay longer than its command. */
  get gone(): Promise<void> {
    return this.#child?.gone ?? this.closed
  }

  /** An fd of this process that is the child; `undefined` when nothing was started. */
  get pidfd(): number | undefined {
    return this.#child?.pidfd
  }

  /** @internal Nothing was started: an event, as all failures are. */
  fail(reason: unknown): void {
    process.nextTick(() => this.#fail(reason))
  }

  /** @internal Listeners run in a tick of their own: what they throw is an uncaught exception, as with Node. */
  follow(child: Child): void {
    this.#child = child
    this.pid = child.pid
    child.started.then(
      (ready) => process.nextTick(() => this.#begin(ready)),
      () => {},
    )
    child.exited.then(
      (exit) => process.nextTick(() => this.#end(exit)),
      (reason) => process.nextTick(() => this.#fail(reason)),
    )
  }

  /** @internal A terminal ends when nobody has it open; one that nobody reads would not. */
  attach(pty: Pty): void {
    this.pty = pty
    this.stdout ??= pty as unknown as Out
    this.#pipes.await(pty)
    this.#exited.promise.then(
      () => process.nextTick(() => pty.readableFlowing === null && pty.resume()),
      () => pty.destroy(),
    )
  }

  /** @internal The start is decided, and it failed: as with Node there is no pid before the event tells so. */
  forget(): void {
    this.pid = undefined
    this.#child = undefined
  }

  /** `true` when the signal was delivered; never signals anyone else, whatever became of the pid. */
  override kill(signal: NodeJS.Signals | number = 'SIGTERM'): boolean {
    const number = (signal as unknown) === 0 ? 0 : checkSignal(signal)
    try {
      const isDelivered = this.#child?.kill(number) ?? false
      if (isDelivered) this.killed = true
      return isDelivered
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EINVAL') throw error
      this.emit('error', error as Error) // EPERM: it has become someone else's
      return false
    }
  }

  override ref(): void {
    this.#child?.ref()
  }

  override unref(): void {
    this.#child?.unref()
  }

  /** As Node's: sends SIGTERM. */
  override [Symbol.dispose](): void {
    if (!this.killed) this.kill()
  }

  /** Ends it: SIGTERM, after 5 seconds SIGKILL; settles when it is reaped and its pipes are closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isAwaited = true
    const { gone } = this
    terminate(this, 'SIGTERM')
    await gone.catch(() => {})
    await this.closed
  }

  #begin(ready: Ready): void {
    this.pid = ready.pid
    this.#ready.resolve(ready)
    this.emit('spawn')
    this.#pipes.open()
  }

  #end(exit: Exit): void {
    this.exitCode = exit.exitCode
    this.signalCode = exit.signalCode
    this.stdin?.destroy()
    this.#exited.resolve(exit)
    this.emit('exit', exit.exitCode, exit.signalCode)
    this.#pipes.end()
  }

  /** As Node: the code is the negative errno, for whoever looks at `close` alone. */
  #fail(reason: unknown): void {
    const error = this.#describe(reason)
    const { errno, cause } = error as NodeJS.ErrnoException & { cause?: { errno?: number } }
    this.forget()
    this.#pipes.open()
    this.exitCode = errno ?? cause?.errno ?? -1
    this.stdin?.destroy()
    this.#ready.reject(error)
    this.#exited.reject(error)
    if (this.listenerCount('error') > 0 || !this.#isAwaited) this.emit('error', error)
    this.#pipes.end()
  }

  #close(): void {
    this.emit('close', this.exitCode, this.signalCode)
    this.#closed.resolve()
  }
}
