import { AF_NETLINK, AT_FDCWD, O, SOCK } from '../kernel/constants.ts'
import type { SyscallName } from '../kernel/numbers.ts'
import type { NamespaceType } from '../namespaces/types.ts'
import { Memory, type Region, Slot } from './memory.ts'
import { type Phase, phases } from './order.ts'
import { type Argument, type Fd, type Step, type StepOptions, step } from './step.ts'

/** What a read of `/proc` gives at most; larger pages give more at a time, and then less. */
const PAGE = 4096

/** The text that `readFile` left in memory. */
export function textOf(memory: Buffer): string {
  return memory.toString('latin1').replace(/\0+/g, '')
}

/** Takes fds, and closes them once the child has its own, or the start has failed. */
export interface FdOwner {
  add(fd: number): number
}

/** The steps of one phase. */
export class PhaseSteps {
  readonly steps: Step[] = []
  readonly phase: Phase
  readonly #plan: Plan

  constructor(phase: Phase, plan: Plan) {
    this.phase = phase
    this.#plan = plan
  }

  /** Appends a system call. */
  call(name: SyscallName, args: readonly Argument[], options: StepOptions = {}): void {
    this.steps.push(step(name, args, options))
  }

  /** Appends steps that are made already. */
  push(...steps: Step[]): void {
    this.steps.push(...steps)
  }

  /** Appends the steps that write a file in one `write`, which has to take it all. */
  writeFile(directory: Argument, path: string, content: string, options: StepOptions = {}): void {
    const fd = this.#plan.slot('fd')
    const bytes = Buffer.from(content)
    this.call('openat', [directory, path, O.WRONLY | O.CLOEXEC], { path, ...options, result: fd })
    this.call('write', [fd, bytes, bytes.length], { path, ...options, expect: bytes.length })
    this.call('close', [fd], options)
  }

  /**
   * Appends the steps that read a file's begin into memory. A read of `/proc` ends after a page of whole lines, so
   * there is one for each page of the region: `textOf` takes out the zeros that stay between them.
   */
  readFile(directory: Argument, path: string, region: Region, options: StepOptions = {}): void {
    const fd = this.#plan.slot('fd')
    this.call('openat', [directory, path, O.RDONLY | O.CLOEXEC], { path, ...options, result: fd })
    for (let at = 0; at < region.size; at += PAGE) {
      const part = region.at(at, Math.min(PAGE, region.size - at))
      this.call('read', [fd, part, part.size], { path, ...options })
    }
    this.call('close', [fd], options)
  }

  /** Appends the step that sets an option of a socket to a number (setsockopt(2)). */
  setOption(
    socket: Argument,
    { level, option, value }: { level: number; option: number; value: number },
    options: StepOptions = {},
  ): void {
    const bytes = Buffer.alloc(4)
    bytes.writeInt32LE(value)
    this.call('setsockopt', [socket, level, option, bytes, bytes.length], options)
  }

  /** Appends the step that opens a netlink socket in the network namespace of this phase (netlink(7)). */
  openNetlink(protocol: number, result: Slot, options: StepOptions = {}): void {
    const what = { namespace: 'net', operation: 'open a netlink socket' } as const
    const type = SOCK.RAW | SOCK.CLOEXEC
    this.call('socket', [AF_NETLINK, type, protocol], { ...what, ...options, result })
  }
}

/** A program while the contributions write it. */
export class Plan {
  readonly memory: Memory = new Memory()
  readonly #phases = new Map<Phase, PhaseSteps>()
  /** The host's `/proc`, open in the launcher: no path inside the new root or a joined mount namespace is trusted. */
  readonly proc: Slot
  /** Whether the launcher stays as PID 1, the command being its child. */
  init = false
  /** Whether it stays after the command, until all that is left has ended. */
  initUntilEmpty = false
  /** Whether the command itself is PID 1: the kernel drops signals that it doesn't handle. */
  commandIsPidOne = false
  /** The id that the command has inside, 0 or not: root of a new user namespace keeps its capabilities. */
  rootInside = false
  /** Whether the root changes: what is to be seen of the caller's has to be picked up before. */
  hasNewRoot = false
  /** Whether something may be mounted over the caller's directory, or above it: who is in it has to enter it anew. */
  mayCoverDirectory = false
  /** Whether read-only mounts, or masks, are made: who has CAP_SYS_ADMIN over the mount namespace can undo them. */
  hasReadonlyMounts = false
  /** Whether the command's user namespace is one below that of its mounts: no capability that it has counts there. */
  isNested = false
  /** Where file systems will be mounted, below the new root. */
  readonly mountPoints: Set<string> = new Set()
  /** What the caller should know though it is no failure; `ready` carries it. */
  readonly warnings: string[] = []
  /** The same where a step that may fail decides: its result, and what to say if it is an errno. */
  readonly warningsIfFailed: { readonly result: Slot; readonly text: string }[] = []
  /** Who gets the fds that `handOver` sends, in its order. */
  readonly takers: ((fd: number) => void)[] = []
  /** fds of this process that the program uses. */
  readonly fds: Set<number> = new Set()

  /** Types that are made. */
  readonly creates: ReadonlySet<NamespaceType>
  /** Types that are joined. */
  readonly joins: ReadonlySet<NamespaceType>
  /** The child's end of the status socket. */
  readonly status: Fd
  readonly #opened: FdOwner

  constructor(
    creates: ReadonlySet<NamespaceType>,
    joins: ReadonlySet<NamespaceType>,
    status: Fd,
    opened: FdOwner,
  ) {
    this.creates = creates
    this.joins = joins
    this.status = status
    this.#opened = opened
    this.proc = this.slot('proc')
    this.in('arm').call('openat', [AT_FDCWD, '/proc', O.PATH | O.DIRECTORY | O.CLOEXEC], {
      result: this.proc,
    })
  }

  /** The steps of a phase. */
  in(phase: Phase): PhaseSteps {
    const known = this.#phases.get(phase)
    if (known) return known
    if (!phases.includes(phase)) throw new TypeError(`no phase is called '${phase}'`)
    const steps = new PhaseSteps(phase, this)
    this.#phases.set(phase, steps)
    return steps
  }

  /** An fd of this process, under the same number in the program. */
  fd(fd: number, name: string): Fd {
    this.fds.add(fd)
    return { fd, name }
  }

  /** The same of an fd that was opened for this program alone, and is closed with it. */
  own(fd: number, name: string): Fd {
    return this.fd(this.#opened.add(fd), name)
  }

  /** A place for a result. */
  slot(name: string): Slot {
    return new Slot(this.memory.allocate(8), name)
  }

  /** The phases that have steps, in order. */
  get ordered(): readonly PhaseSteps[] {
    return phases.flatMap((phase) => this.#phases.get(phase) ?? [])
  }
}
