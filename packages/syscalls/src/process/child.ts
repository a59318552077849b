import { constants } from 'node:os'
import { close, type Message } from '../calls/fds.ts'
import type { Exit } from '../calls/processes.ts'
import { MESSAGE } from '../program/joins.ts'
import { interruptedError, lostFdError, stepError, timeoutError } from './failure.ts'
import { HeldProcess } from './held-process.ts'
import { Lifeline } from './lifeline.ts'
import { actAsParent, releaseAll } from './parent-part.ts'
import { signalFor } from './pid-one.ts'
import { type Ready, readyFrom } from './ready.ts'
import { SecondClone } from './second-clone.ts'
import { type Ended, Settlement } from './settlement.ts'
import { readPlan, type StartState } from './start-state.ts'
import { readOutcome } from './status.ts'
import { StatusSocket } from './status-socket.ts'

/** A process that `launch` started: by pidfd, so never someone else's. */
export class Child {
  /** Settles when the command is executed, or the start has failed. */
  readonly started: Promise<Ready>
  /** Settles when the process has ended and was reaped; rejects as `started` does. */
  readonly exited: Promise<Exit>
  /** Settles when nothing is left of it: with `exited`, or later where an init stays until its namespace is empty. */
  readonly gone: Promise<void>
  readonly #settlement = new Settlement()
  readonly #state: StartState
  readonly #status: StatusSocket
  readonly #lifeline: Lifeline | undefined
  readonly #forgetDeadline: (() => void) | undefined
  #process: HeldProcess
  #phase: 'starting' | 'running' | 'failing' | 'ended' = 'starting'
  /** Why the start failed; what it says depends on how the process ended. */
  #failure: ((exit: Exit) => Error) | undefined
  #wasKilled = false
  /** How many fds were handed over. */
  #taken = 0
  #isHolding = true
  readonly #second: SecondClone | undefined

  /** @internal use `launch` */
  constructor(state: StartState) {
    this.#state = state
    this.started = this.#settlement.started
    this.exited = this.#settlement.exited
    this.gone = this.#settlement.gone
    this.#lifeline = state.lifeline === undefined ? undefined : new Lifeline(state.lifeline)
    const { forked } = state.built
    this.#second = forked && new SecondClone(forked)
    this.#process = this.#hold(state.pid, state.pidfd)
    try {
      this.#status = new StatusSocket(state.loop, state.status, (it) => this.#onMessage(it))
    } catch (error) {
      this.#process.forget()
      throw error
    }
    if (state.startTimeout > 0)
      this.#forgetDeadline = state.loop.after(state.startTimeout, () => this.#expire())
  }

  /** The process's number; with an init the init's. It changes once when a pid namespace is joined: at `started`. */
  get pid(): number {
    return this.#process.pid
  }

  /** An fd of this process that is the child; closed when it has ended. */
  get pidfd(): number {
    return this.#process.pidfd
  }

  /** `false` once the child has ended and was reaped: nobody is signalled then. With an init it passes the signal on. */
  kill(signal: NodeJS.Signals | number = 'SIGTERM'): boolean {
    const number = typeof signal === 'number' ? signal : constants.signals[signal]
    if (number === undefined) throw new TypeError(`Unknown signal: ${signal}`)
    if (this.#phase === 'ended') return false
    if (number !== 0) {
      this.#wasKilled = true
      this.#second?.keep(number)
    }
    const sent = signalFor(number, this.#state.built.plan, this.pid)
    return this.#process.signal(sent.signal, sent.value)
  }

  /** How it ended, or why it was not started, as soon as that is so: a caller that blocks sees no promise settle. */
  get ended(): Ended | undefined {
    return this.#settlement.ended
  }

  /** The child holds the event loop, as Node's do. */
  ref(): void {
    this.#isHolding = true
    this.#status.hold(true)
    this.#process.hold(true)
  }

  /** The child doesn't hold the event loop. */
  unref(): void {
    this.#isHolding = false
    this.#status.hold(false)
    this.#process.hold(false)
  }

  /** Waits in this tick, at most `ms`, for the start to be decided; what is decided is settled. */
  waitForStart(ms: number): 'starting' | 'running' | 'failing' | 'ended' {
    this.#status.wait(ms)
    return this.#phase
  }

  #hold(pid: number, pidfd: number): HeldProcess {
    const held = new HeldProcess(this.#state.loop, pid, pidfd, (exit) => this.#onExit(held, exit))
    if (!this.#isHolding) held.hold(false)
    return held
  }

  #onMessage({ bytes, fd, isFdLost }: Message): void {
    if (isFdLost) this.#fail(lostFdError)
    else if (bytes.length === 0) this.#finishStart()
    else if (bytes.toString() === MESSAGE.parked) this.#actAsParent()
    else if (bytes.toString() === MESSAGE.forked && fd !== undefined) this.#follow(fd)
    else if (fd !== undefined) (this.#state.onFd ?? this.#nextTaker() ?? close)(fd)
  }

  #nextTaker(): ((fd: number) => void) | undefined {
    return this.#state.built.plan.takers[this.#taken++]
  }

  #actAsParent(): void {
    const { pid, pidfd } = this
    actAsParent(this.#state, { pid, pidfd }, (failure) => {
      if (failure) this.#fail(() => failure.reason as Error)
      else this.#status.go()
    })
  }

  /** The launcher has cloned the real child into a pid namespace: from now on that is the child. */
  #follow(pidfd: number): void {
    this.#process = this.#hold(this.#second?.pid(readPlan(this.#state)) ?? this.pid, pidfd)
    for (const signal of this.#second?.complete() ?? []) this.#process.signal(signal)
    this.#status.go()
  }

  /** All that held the status socket have closed it: the command is executed, or nothing will be. */
  #finishStart(): void {
    const { built, placed, command, loop } = this.#state
    // Before our end is closed: a child that waits for us would take that for our death, and say so.
    const memory = readPlan(this.#state)
    this.#closeStart()
    const outcome = readOutcome(memory, placed, built.candidates)
    if (outcome.kind === 'started') {
      this.#phase = 'running'
      close(this.#state.plan) // its memory, and the environment in it, is gone with its last fd
      this.#state.onMemory?.(memory)
      if (built.plan.initUntilEmpty && !loop.isBlocking)
        this.#lifeline?.onReport(loop, (exit) => this.#settlement.end({ exit }))
      this.#settlement.start(readyFrom(memory, built, this.pid))
    } else if (outcome.kind === 'failed')
      this.#fail(() => stepError(outcome, placed.length, command))
    else this.#fail((exit) => interruptedError(outcome.at, placed.length, exit))
  }

  #closeStart(): void {
    this.#forgetDeadline?.()
    this.#status.close()
  }

  #expire(): void {
    // A thread that was busy sees its timers before its fds: what is there already was in time.
    this.#status.read()
    if (this.#phase !== 'starting') return
    const { placed, built, startTimeout } = this.#state
    const outcome = readOutcome(readPlan(this.#state), placed, built.candidates)
    const at = outcome.kind === 'started' ? placed.at(-1) : outcome.at
    this.#fail(() => timeoutError(at, placed.length, startTimeout))
  }

  /** The error is reported when the child is gone and reaped: nothing of the start is left then. */
  #fail(error: (exit: Exit) => Error): void {
    if (this.#phase !== 'starting') return
    this.#phase = 'failing'
    this.#failure = error
    this.#closeStart()
    this.#process.signal(constants.signals.SIGKILL)
    this.#process.hold(true)
  }

  #onExit(held: HeldProcess, exit: Exit): void {
    this.#status.read() // what it had said before it ended: that it has forked, or that it is done
    if (held !== this.#process) return // a launcher whose child is held
    if (this.#status.isOpen) this.#finishStart() // a process that it forked has the socket too
    const orphan = this.#second?.isPending
      ? this.#second.findOrphan(readPlan(this.#state))
      : undefined
    if (this.#second && orphan) {
      this.#second.launcherExit = exit
      this.#process = this.#hold(orphan.pid, orphan.pidfd)
      // It ends by itself, unless somebody in the pid namespace that it joined has stopped it.
      this.#process.signal(constants.signals.SIGKILL)
    } else this.#end(this.#second?.launcherExit ?? exit)
  }

  #end(exit: Exit): void {
    if (this.#phase === 'failing') close(this.#state.plan)
    const reported = this.#lifeline?.read() ?? exit
    this.#lifeline?.close()
    const failure = this.#failure?.(reported)
    this.#phase = 'ended'
    const unreleased = releaseAll(this.#state, failure === undefined)
    this.#settlement.leave(unreleased)
    // Killed by our own `kill` before the exec: an exit, as it would be a moment later.
    if (failure && !(this.#wasKilled && reported.signalCode)) {
      this.#settlement.fail(failure)
      return
    }
    const warnings = ['the process was killed before its command was executed']
    this.#settlement.start({ pid: this.pid, namespaces: {}, warnings })
    this.#settlement.end(unreleased ? { error: unreleased.reason } : { exit: reported })
  }
}
