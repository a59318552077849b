import { raiseLimits } from '../attributes/limits.ts'
import { close, memfdCreate, open, pwrite } from '../calls/fds.ts'
import { KIND, mark } from '../calls/ledger.ts'
import { pidfdSendSignal, wait } from '../calls/processes.ts'
import { attempt } from '../calls/result.ts'
import { MFD, O, POLL, SIGNAL } from '../kernel/constants.ts'
import { CLONE_NEW } from '../namespaces/types.ts'
import { build, sortContributions } from '../program/build.ts'
import type { Command } from '../program/command.ts'
import type { Contribution } from '../program/contribution.ts'
import { REQUEST } from '../program/layout.ts'
import { encode, type PlacedStep, place } from '../program/program.ts'
import type { Step } from '../program/step.ts'
import { callerFacts } from './caller-facts.ts'
import { checkCanStart } from './can-start.ts'
import { Child } from './child.ts'
import { eventLoop } from './events.ts'
import { cloneError } from './failure.ts'
import { callStub } from './launcher.ts'
import type { Loop } from './loop.ts'
import { openJoins } from './open-joins.ts'
import { OwnedFds, pairAbove } from './owned-fds.ts'
import { openPlacement } from './placement.ts'
import { encodeRequest, type Request } from './request.ts'

/** How a start is supervised. */
export interface LaunchOptions {
  /** After so many `ms` a start that hangs is killed and fails. @default 10000 */
  readonly startTimeout?: number | undefined
  /** Who waits for it: `BlockingLoop` for a caller that blocks, and then reads `ended`. @default the event loop */
  readonly loop?: Loop | undefined
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

/**
 * Starts a process in the namespaces that the contributions make or join.
 *
 * @returns at once; `started` and `exited` tell how it goes on
 * @throws {NamespaceError} when nothing was started: a namespace to join that is none, or a clone that the kernel refused
 * @throws {Error} `ERR_ACCESS_DENIED` under `node --permission` without `--allow-child-process`
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
  checkCanStart(command?.file)
  const sorted = sortContributions(contributions)
  const ours = new OwnedFds()
  const theirs = new OwnedFds()
  try {
    return start(sorted, command, options, { ours, theirs })
  } catch (error) {
    ours.close()
    throw error
  } finally {
    theirs.close()
  }
}

interface Ends {
  readonly ours: OwnedFds
  readonly theirs: OwnedFds
}

function start(
  wanted: readonly Contribution[],
  command: Command | undefined,
  options: StartOptions,
  { ours, theirs }: Ends,
): Child {
  const { contributions, joins } = openJoins(wanted, theirs)
  const fds = command?.fds ?? (command ? [0, 1, 2] : [])
  const status = pairAbove(fds.length, ours, theirs)
  const hasInit = contributions.some(({ type, flags }) => type === 'pid' && flags !== 0)
  const lifeline = hasInit ? pairAbove(fds.length, ours, theirs) : undefined
  if (lifeline) mark(lifeline.mine, KIND.lifeline) // a Worker's end must not be its children's
  const built = build({
    contributions,
    command,
    joins,
    status: { fd: status.its, name: 'status' },
    lifeline: { fd: lifeline?.its ?? -1, name: 'lifeline' },
    opened: theirs,
    statm: { fd: theirs.add(open('/proc/thread-self/statm', O.RDONLY | O.CLOEXEC)), name: 'statm' },
    ...callerFacts(),
    ...(options.timeByFork === undefined ? {} : { timeByFork: options.timeByFork }),
  })
  const placed = place(built.plan)
  const { rewrite, stub, onMemory, onFd, startTimeout = 10_000, loop = eventLoop } = options
  const run = rewrite ? placed.map((at) => ({ ...at, step: rewrite(at) })) : placed
  const bytes = encode(built.plan, run)
  const plan = ours.add(memfdCreate('ns-plan', MFD.CLOEXEC))
  pwrite(plan, bytes, 0)

  const keep = [
    status.its,
    plan,
    ...fds.filter((fd) => fd !== null),
    ...built.plan.fds,
    ...joins.map(({ fd }) => fd),
    ...(lifeline ? [lifeline.its] : []),
  ]
  const placement = openPlacement(contributions, command, theirs)
  const launcher = { plan, size: bytes.length, name: built.plan.init ? 'ns-init' : 'ns-launcher' }
  const request = { ...launcher, flags: built.cloned, keep: [...new Set(keep)], placement }
  const { pid, pidfd } = clone(request, built.forked ? KIND.launcher : KIND.child, stub)
  theirs.close() // before the first read: the end of the stream is the last of their fds
  const { raised } = built
  const raising = raised.length > 0 ? [{ parent: () => raiseLimits(pid, raised) }] : []
  const supervision = {
    loop,
    contributions: [...contributions, ...raising],
    startTimeout,
    onMemory,
    onFd,
  }
  const ends = { status: status.mine, lifeline: lifeline?.mine, plan }
  try {
    return new Child({ pid, pidfd, ...ends, built, placed, command, ...supervision })
  } catch (error) {
    abandon(pidfd) // no room for its fds in the event source
    throw error
  }
}

/** The stub's clone: a process that is the launcher when this returns. */
function clone(
  wanted: Request,
  kind: typeof KIND.child | typeof KIND.launcher,
  stub: string | undefined,
): { pid: number; pidfd: number } {
  const request = encodeRequest(wanted)
  const pid = callStub(request, kind, stub)
  const types = (['user', 'pid'] as const).filter((type) => wanted.flags & CLONE_NEW[type])
  const cloned = { types, placement: wanted.placement?.name }
  if (pid < 0) throw cloneError(-pid, wanted.placement ? 'clone3' : 'clone', cloned)
  const pidfd = request.readInt32LE(REQUEST.pidfd)
  const error = request.readInt32LE(REQUEST.error)
  if (error === 0) return { pid, pidfd }
  wait(pidfd)
  close(pidfd)
  throw cloneError(error, 'execveat', cloned)
}

/** Ends and reaps a child that nobody will watch; it is in our hands and takes SIGKILL at once. */
function abandon(pidfd: number): void {
  pidfdSendSignal(pidfd, SIGNAL.KILL)
  const poll = Buffer.alloc(POLL.size)
  poll.writeInt32LE(pidfd, 0)
  poll.writeInt16LE(POLL.IN, POLL.events)
  attempt('ppoll', poll, 1, null, null, 0)
  wait(pidfd)
  close(pidfd)
}
