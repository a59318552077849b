import { release } from 'node:os'
import { isMainThread } from 'node:worker_threads'
import { close, memfdCreate, open, pwrite, socketpair } from '../calls/fds.ts'
import { pidfdSendSignal, wait } from '../calls/processes.ts'
import { attempt } from '../calls/result.ts'
import { SyscallError } from '../errors/syscall-error.ts'
import { library } from '../ffi/library.ts'
import { CAPABILITY_VERSION, F, MFD, O, SIGNAL } from '../kernel/constants.ts'
import { Namespace } from '../namespaces/namespace.ts'
import { CLONE_NEW } from '../namespaces/types.ts'
import { build, sortContributions } from '../program/build.ts'
import type { Command } from '../program/command.ts'
import type { Contribution } from '../program/contribution.ts'
import { explainProgram, type Program } from '../program/explain.ts'
import type { Join } from '../program/joins.ts'
import { REQUEST } from '../program/layout.ts'
import { encode, type PlacedStep, place } from '../program/program.ts'
import type { Step } from '../program/step.ts'
import { Child } from './child.ts'
import { cloneError, placementError } from './failure.ts'
import { callStub, launcherFd } from './launcher.ts'

/** How a start is supervised. */
export interface LaunchOptions {
  /** After so many `ms` a start that hangs is killed and fails. @default 10000 */
  readonly startTimeout?: number | undefined
}

/** What tests and `inside` can do beside. */
export interface StartOptions extends LaunchOptions {
  readonly onMemory?: (memory: Buffer) => void
  readonly onFd?: (fd: number) => void
  /** Enter a new time namespace by a fork, as kernels below 6.2 need it. @default by the kernel's release */
  readonly timeByFork?: boolean
  /** Another stub, base64: for the tests that show what the real one prevents. */
  readonly stub?: string | undefined
  /** Changes the steps that are run, not those that errors name: how every step is made to fail once. */
  readonly rewrite?: ((step: PlacedStep) => Step) | undefined
}

/** Whether this process has CAP_SYS_ADMIN in its own user namespace. */
export function isPrivileged(): boolean {
  const header = Buffer.alloc(8)
  header.writeUInt32LE(CAPABILITY_VERSION, 0)
  const data = Buffer.alloc(24)
  attempt('capget', header, data)
  return (data.readUInt32LE(0) & (1 << 21)) !== 0
}

/** Linux 6.2: "time_namespaces(7)" takes effect at exec; before, for children only. */
function execEntersTimeNamespace(): boolean {
  const [major = 0, minor = 0] = release()
    .split('.')
    .map((part) => Number.parseInt(part, 10))
  return major > 6 || (major === 6 && minor >= 2)
}

/** Things to undo when something fails on the way, last first. */
class Undo {
  readonly #steps: (() => void)[] = []
  fd(fd: number): number {
    this.#steps.push(() => close(fd))
    return fd
  }
  run(): void {
    for (const step of this.#steps.splice(0).reverse()) step()
  }
}

/**
 * Starts a process in the namespaces that the contributions make or join.
 *
 * @returns at once; `started` and `exited` tell how it goes on
 * @throws {NamespaceError} when nothing was started: a namespace to join that is none, or a clone that the kernel refused
 */
export function launch(
  contributions: readonly Contribution[],
  command: Command,
  options: LaunchOptions = {},
): Child {
  return startProgram(contributions, command, options)
}

/** A start that may have no command, see `inside`. */
export function startProgram(
  contributions: readonly Contribution[],
  command: Command | undefined,
  options: StartOptions,
): Child {
  library()
  const sorted = sortContributions(contributions)
  const ours = new Undo()
  const theirs = new Undo()
  try {
    return start(sorted, command, options, ours, theirs)
  } catch (error) {
    ours.run()
    throw error
  } finally {
    theirs.run()
  }
}

/** An end of a socket pair above all target numbers, so that placing the fds can't hit it. */
function raise(fd: number, above: number): number {
  if (fd >= above) return fd
  const raised = attempt('fcntl', fd, F.DUPFD_CLOEXEC, above)
  close(fd)
  return raised
}

function start(
  contributions: readonly Contribution[],
  command: Command | undefined,
  options: StartOptions,
  ours: Undo,
  theirs: Undo,
): Child {
  const joins = contributions.flatMap(({ type, join }): Join[] =>
    join === undefined ? [] : [{ type, fd: theirs.fd(Namespace.open(type, join).fd) }],
  )
  const fds = command?.fds ?? (command ? [0, 1, 2] : [])
  const pair = (): [number, number] => {
    const [mine, its] = socketpair()
    return [ours.fd(mine), theirs.fd(raise(its, fds.length))]
  }
  const [status, itsStatus] = pair()
  const [lifeline, itsLifeline] = contributions.some(({ type }) => type === 'pid')
    ? pair()
    : [undefined, -1]
  const built = build({
    contributions,
    command,
    joins,
    status: { fd: itsStatus, name: 'status' },
    lifeline: { fd: itsLifeline, name: 'lifeline' },
    privileged: isPrivileged(),
    threadIsProcess: isMainThread,
    timeByFork: options.timeByFork ?? !execEntersTimeNamespace(),
  })
  const placed = place(built.plan)
  const { rewrite } = options
  const run = rewrite ? placed.map((at) => ({ ...at, step: rewrite(at) })) : placed
  const bytes = encode(built.plan, run)
  const plan = ours.fd(memfdCreate('ns-plan', MFD.CLOEXEC))
  pwrite(plan, bytes, 0)

  const keep = [
    itsStatus,
    plan,
    ...fds,
    ...joins.map(({ fd }) => fd),
    ...(lifeline === undefined ? [] : [itsLifeline]),
  ]
  const name = built.plan.init ? 'ns-init' : 'ns-launcher'
  const request = encodeRequest({
    flags: built.cloned,
    keep: [...new Set(keep)],
    plan,
    size: bytes.length,
    name,
    cgroup: openPlacement(contributions, theirs),
  })
  const pid = callStub(request, options.stub)
  const types = (['user', 'pid'] as const).filter((type) => built.cloned & CLONE_NEW[type])
  const placement = placementOf(contributions)
  const cloned = { types, placement: placement && describePlacement(placement) }
  if (pid < 0) throw cloneError(-pid, placement === undefined ? 'clone' : 'clone3', cloned)
  const pidfd = request.readInt32LE(REQUEST.pidfd)
  const error = request.readInt32LE(REQUEST.error)
  if (error !== 0) {
    wait(pidfd)
    close(pidfd)
    throw cloneError(error, 'execveat', cloned)
  }
  theirs.run() // before the first read: the end of the stream is the last of their fds
  const { startTimeout = 10_000 } = options
  const { onMemory, onFd } = options
  const supervision = { contributions, startTimeout, onMemory, onFd }
  const state = { pid, pidfd, status, lifeline, plan, built, placed, command, ...supervision }
  try {
    return new Child(state)
  } catch (error) {
    abandon(pidfd) // no room for its fds in the event source
    throw error
  }
}

/** Ends and reaps a child that nobody will watch; it is in our hands and takes SIGKILL at once. */
function abandon(pidfd: number): void {
  pidfdSendSignal(pidfd, SIGNAL.KILL)
  const poll = Buffer.alloc(8)
  poll.writeInt32LE(pidfd, 0)
  poll.writeInt16LE(1, 4) // POLLIN
  attempt('ppoll', poll, 1, null, null, 0)
  wait(pidfd)
  close(pidfd)
}

type Placement = NonNullable<Contribution['placement']>

function placementOf(contributions: readonly Contribution[]): Placement | undefined {
  return contributions.find(({ placement }) => placement !== undefined)?.placement
}

function describePlacement(placement: Placement): string {
  return typeof placement === 'string' ? placement : `fd ${placement.fd}`
}

/** The cgroup to be born in, -1: none was asked for. */
function openPlacement(contributions: readonly Contribution[], theirs: Undo): number {
  const placement = placementOf(contributions)
  if (placement === undefined) return -1
  if (typeof placement !== 'string') return placement.fd
  try {
    return theirs.fd(open(placement, O.PATH | O.DIRECTORY | O.CLOEXEC))
  } catch (error) {
    throw error instanceof SyscallError ? placementError(error) : error
  }
}

interface Request {
  flags: number
  keep: readonly number[]
  plan: number
  size: number
  name: string
  /** -1: the caller's. */
  cgroup: number
}

function encodeRequest({ flags, keep, plan, size, name, cgroup }: Request): Buffer {
  if (keep.length > REQUEST.keepCount)
    throw new RangeError(`more than ${REQUEST.keepCount} fds for one child`)
  const request = Buffer.alloc(REQUEST.size)
  request.writeBigUInt64LE(BigInt(flags), REQUEST.flags)
  request.writeInt32LE(launcherFd(), REQUEST.launcher)
  request.writeInt32LE(cgroup, REQUEST.cgroup)
  request.writeInt32LE(flags & CLONE_NEW.user ? 1 : 0, REQUEST.raise)
  request.writeInt32LE(keep.length, REQUEST.keeps)
  request.write(name, REQUEST.name)
  request.write(letters(plan) + letters(size), REQUEST.plan)
  keep.forEach((fd, i) => {
    request.writeInt32LE(fd, REQUEST.keep + i * 4)
  })
  return request
}

/** Eight letters, a nibble each: argv can't carry a NUL. See native/launcher.c. */
function letters(value: number): string {
  return [...value.toString(16).padStart(8, '0')]
    .map((digit) => String.fromCharCode(97 + Number.parseInt(digit, 16)))
    .join('')
}

/**
 * The program that `launch` would run, as data; nothing is opened and nothing started. fds that don't exist yet are
 * printed by name.
 */
export function explain(contributions: readonly Contribution[], command: Command): Program {
  const sorted = sortContributions(contributions)
  const joins = sorted.flatMap(({ type, join }): Join[] =>
    join === undefined ? [] : [{ type, fd: 100 }],
  )
  const built = build({
    contributions: sorted,
    command,
    joins,
    status: { fd: 101, name: 'status' },
    lifeline: { fd: 102, name: 'lifeline' },
    privileged: isPrivileged(),
    threadIsProcess: isMainThread,
    timeByFork: !execEntersTimeNamespace(),
  })
  return explainProgram(built.cloned, place(built.plan))
}
