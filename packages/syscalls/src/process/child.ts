import { constants } from 'node:os'
import { close, pread, receive, send } from '../calls/fds.ts'
import { type Exit, exitOfStatus, pidfdOpen, pidfdSendSignal, wait } from '../calls/processes.ts'
import { attempt } from '../calls/result.ts'
import { NamespaceError } from '../errors/namespace-error.ts'
import type { Built } from '../program/build.ts'
import type { Command } from '../program/command.ts'
import type { Contribution } from '../program/contribution.ts'
import { MESSAGE } from '../program/joins.ts'
import { getWord } from '../program/memory.ts'
import type { PlacedStep } from '../program/program.ts'
import { type Source, watch } from './events.ts'
import { interruptedError, stepError } from './failure.ts'
import { isDroppedByPidOne } from './pid-one.ts'
import { type Ready, readyFrom } from './ready.ts'
import { type Outcome, readOutcome } from './status.ts'

/** All that a start owns and needs; made by `launch`. */
export interface StartState {
  readonly pid: number
  readonly pidfd: number
  /** Our ends. */
  readonly status: number
  readonly lifeline: number | undefined
  /** The plan's memfd. */
  readonly plan: number
  readonly built: Built
  readonly placed: readonly PlacedStep[]
  /** Absent: the program ends without an exec. */
  readonly command: Command | undefined
  readonly contributions: readonly Contribution[]
  /** `ms` until a start has failed. */
  readonly startTimeout: number
  /** Is given the plan's memory once the program has run. */
  readonly onMemory?: ((memory: Buffer) => void) | undefined
  /** Is given an fd that the program sent, and owns it. */
  readonly onFd?: ((fd: number) => void) | undefined
}

/** A process that `launch` started: by pidfd, so never someone else's. */
export class Child {
  #pid: number
  #pidfd: number
  /** Settles when the command is executed, or the start has failed. */
  readonly started: Promise<Ready>
  /** Settles when the process has ended and was reaped; rejects as `started` does. */
  readonly exited: Promise<Exit>
  readonly #state: StartState
  readonly #sources: { status: Source | undefined; exit: Source }
  readonly #startResolvers = Promise.withResolvers<Ready>()
  readonly #exitResolvers = Promise.withResolvers<Exit>()
  readonly #deadline: NodeJS.Timeout | undefined
  #phase: 'starting' | 'running' | 'failing' | 'ended' = 'starting'
  #failure: ((exit: Exit) => Error) | undefined
  #killed = false
  #held = true
  /** With a second clone: whether its child is the one that we hold. */
  #isFollowed: boolean
  /** Signals for a child of the second clone that isn't there yet: its launcher takes none. */
  #early: number[] = []
  /** How the launcher of a second clone ended, when its child wasn't held by then. */
  #launcherExit: Exit | undefined

  /** @internal use `launch` */
  constructor(state: StartState) {
    this.#state = state
    this.#pid = state.pid
    this.#pidfd = state.pidfd
    this.#isFollowed = state.built.forked === undefined
    this.started = this.#startResolvers.promise
    this.exited = this.#exitResolvers.promise
    this.started.catch(() => {}) // whoever looks at one of the two sees the error
    this.exited.catch(() => {})
    this.#sources = {
      status: watch(state.status, () => this.#readStatus()),
      exit: watch(state.pidfd, () => this.#readExit()),
    }
    if (state.startTimeout > 0)
      this.#deadline = setTimeout(() => this.#expire(), state.startTimeout).unref()
  }

  /** The process's number; with an init the init's. It changes once when a pid namespace is joined: at `started`. */
  get pid(): number {
    return this.#pid
  }

  /** An fd of this process that is the child; closed when it has ended. */
  get pidfd(): number {
    return this.#pidfd
  }

  /** `false` once the child has ended and was reaped: nobody is signalled then. With an init it passes the signal on. */
  kill(signal: NodeJS.Signals | number = 'SIGTERM'): boolean {
    if (this.#phase === 'ended') return false
    const number = typeof signal === 'number' ? signal : constants.signals[signal]
    if (number === undefined) throw new TypeError(`Unknown signal: ${signal}`)
    if (number !== 0) this.#killed = true
    if (number !== 0 && !this.#isFollowed) this.#early.push(number)
    const isDropped = this.#state.built.plan.commandIsPidOne && isDroppedByPidOne(this.#pid, number)
    return pidfdSendSignal(this.#pidfd, isDropped ? constants.signals.SIGKILL : number)
  }

  /** The child holds the event loop, as Node's do. */
  ref(): void {
    this.#held = true
    this.#sources.status?.ref()
    this.#sources.exit.ref()
  }

  /** The child doesn't hold the event loop. */
  unref(): void {
    this.#held = false
    this.#sources.status?.unref()
    this.#sources.exit.unref()
  }

  /** Waits in this tick, at most `ms`, for the start to be decided; what is decided is settled. */
  waitForStart(ms: number): 'starting' | 'running' | 'failing' | 'ended' {
    const poll = Buffer.alloc(8)
    poll.writeInt32LE(this.#state.status, 0)
    poll.writeInt16LE(1, 4) // POLLIN
    const time = Buffer.alloc(16)
    time.writeBigInt64LE(BigInt(Math.floor(ms / 1000)), 0)
    time.writeBigInt64LE(BigInt(Math.round((ms % 1000) * 1e6)), 8)
    if (this.#sources.status && attempt('ppoll', poll, 1, time, null, 0) === 1) this.#readStatus()
    return this.#phase
  }

  #readStatus(): void {
    while (this.#sources.status) {
      const message = receive(this.#state.status)
      if (!message) return
      if (message.bytes.length === 0) this.#finishStart()
      else if (message.bytes.toString() === MESSAGE.parked) void this.#actAsParent()
      else if (message.bytes.toString() === MESSAGE.forked && message.fd !== undefined)
        this.#follow(message.fd)
      else if (message.fd !== undefined) (this.#state.onFd ?? close)(message.fd)
    }
  }

  async #actAsParent(): Promise<void> {
    try {
      for (const contribution of this.#state.contributions)
        await contribution.parent?.({ pid: this.#pid, pidfd: this.#pidfd })
      if (this.#sources.status) send(this.#state.status, Buffer.from(MESSAGE.go))
    } catch (error) {
      this.#fail(() => error as Error)
    }
  }

  /** The launcher has cloned the real child into a pid namespace: from now on that is the child. */
  #follow(pidfd: number): void {
    const launcher = this.#pidfd
    this.#isFollowed = true
    this.#hold(pidfd)
    this.#pid = this.#readForkedPid() ?? this.#pid
    if (this.#launcherExit) close(launcher)
    else reapAtExit(launcher)
    this.#launcherExit = undefined
    for (const signal of this.#early) pidfdSendSignal(pidfd, signal)
    send(this.#state.status, Buffer.from(MESSAGE.go))
  }

  /** From now on this one's exit is the child's. */
  #hold(pidfd: number): void {
    this.#sources.exit.close()
    this.#pidfd = pidfd
    this.#sources.exit = watch(pidfd, () => this.#readExit())
    if (!this.#held) this.#sources.exit.unref()
  }

  /**
   * The launcher of a second clone was killed, or failed, before its message: the child that it may have made ends by
   * itself, but is ours to reap. As a zombie it would keep the pid namespace that it joined from ever ending.
   */
  #adoptOrphan(): boolean {
    this.#isFollowed = true
    const pid = this.#readForkedPid()
    close(this.#state.plan)
    if (pid === undefined) return false
    let pidfd: number | undefined
    try {
      pidfd = pidfdOpen(pid)
      const isOver = wait(pidfd) !== undefined
      if (isOver) close(pidfd)
      else this.#hold(pidfd)
      return !isOver
    } catch {
      if (pidfd !== undefined) close(pidfd) // not our child
      return false
    }
  }

  #readForkedPid(): number | undefined {
    const { forked } = this.#state.built
    if (!forked) return undefined
    const pid = getWord(this.#readPlan(), forked.region.offset)
    return pid > 0 && Number.isSafeInteger(pid) ? pid : undefined
  }

  #readPlan(): Buffer {
    const bytes = Buffer.alloc(this.#state.built.plan.memory.bytes.length)
    pread(this.#state.plan, bytes, 0)
    return bytes
  }

  /** All that held the status socket have closed it: the command is executed, or nothing will be. */
  #finishStart(): void {
    const { built, placed, command } = this.#state
    const plan = this.#readPlan()
    this.#closeStart()
    if (this.#phase !== 'starting') return
    const outcome: Outcome = readOutcome(plan, placed, built.candidates)
    if (outcome.kind === 'started') {
      this.#phase = 'running'
      this.#state.onMemory?.(plan)
      this.#startResolvers.resolve(readyFrom(plan, built, this.#pid))
      return
    }
    if (outcome.kind === 'failed') this.#fail(() => stepError(outcome, placed.length, command))
    else
      this.#fail(({ signalCode, exitCode }) =>
        interruptedError(
          outcome.at,
          placed.length,
          signalCode ? `killed by ${signalCode}` : `ended with ${exitCode}`,
        ),
      )
  }

  /** The plan's memory and its environment are gone with its last fd. */
  #closeStart(): void {
    if (!this.#sources.status) return
    clearTimeout(this.#deadline)
    this.#sources.status.close()
    this.#sources.status = undefined
    close(this.#state.status)
    if (this.#isFollowed) close(this.#state.plan) // else when its launcher has ended, see #adoptOrphan
  }

  #expire(): void {
    const plan = this.#readPlan()
    const { placed, built, startTimeout } = this.#state
    const outcome = readOutcome(plan, placed, built.candidates)
    const at = outcome.kind === 'started' ? placed.at(-1) : outcome.at
    const where = at ? interruptedError(at, placed.length, `still`).message : ''
    this.#fail(
      () =>
        new NamespaceError(`the start took longer than ${startTimeout} ms: ${where}`, {
          code: 'ERR_NS_TIMEOUT',
        }),
    )
  }

  /** The error is reported when the child is gone and reaped: nothing of the start is left then. */
  #fail(error: (exit: Exit) => Error): void {
    if (this.#phase !== 'starting') return
    this.#phase = 'failing'
    this.#failure = error
    this.#closeStart()
    pidfdSendSignal(this.#pidfd, constants.signals.SIGKILL)
    this.#sources.exit.ref()
  }

  #readExit(): void {
    if (this.#phase === 'ended') return
    let exit = wait(this.#pidfd)
    if (!exit) return
    if (!this.#isFollowed) {
      this.#launcherExit = exit
      this.#readStatus()
      if (this.#isFollowed) return
    }
    if (this.#sources.status) this.#finishDeadStart()
    const ended = this.#pidfd
    if (!this.#isFollowed && this.#adoptOrphan()) {
      close(ended)
      return
    }
    exit = this.#launcherExit ?? exit
    this.#sources.exit.close()
    close(ended)
    exit = { ...exit, ...this.#reportedExit() }
    if (this.#state.lifeline !== undefined) close(this.#state.lifeline)
    const failure = this.#failure?.(exit)
    this.#phase = 'ended'
    const unreleased = this.#release()
    // Killed by our own `kill` before the exec: an exit, as it would be a moment later.
    if (failure && !(this.#killed && exit.signalCode)) {
      this.#startResolvers.reject(failure)
      this.#exitResolvers.reject(failure)
      return
    }
    this.#startResolvers.resolve({
      pid: this.#pid,
      namespaces: {},
      warnings: ['the process was killed before its command was executed'],
    })
    if (unreleased) this.#exitResolvers.reject(unreleased.reason)
    else this.#exitResolvers.resolve(exit)
  }

  /** Each is asked, whatever the others do; the first that throws. */
  #release(): { reason: unknown } | undefined {
    let first: { reason: unknown } | undefined
    for (const contribution of this.#state.contributions) {
      try {
        contribution.release?.()
      } catch (reason) {
        first ??= { reason }
      }
    }
    return first
  }

  /** The child is dead before its status was read: its socket has ended, unless a process that it forked has it too. */
  #finishDeadStart(): void {
    this.#readStatus()
    if (this.#sources.status) this.#finishStart()
  }

  /** What the init reported of its command; an init that was killed reported nothing. */
  #reportedExit(): Partial<Exit> {
    if (this.#state.lifeline === undefined) return {}
    const message = receive(this.#state.lifeline)
    return message?.bytes.length === 4 ? exitOfStatus(message.bytes.readInt32LE(0)) : {}
  }
}

function reapAtExit(pidfd: number): void {
  const source = watch(pidfd, () => {
    if (!wait(pidfd)) return
    source.close()
    close(pidfd)
  })
}
