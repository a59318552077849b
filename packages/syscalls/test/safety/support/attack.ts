import { randomBytes } from 'node:crypto'
import { closeSync, openSync } from 'node:fs'
import { slower } from '../../../../testkit/src/slower.ts'
import { close, memfdCreate, pread } from '../../../src/calls/fds.ts'
import { attempt } from '../../../src/calls/result.ts'
import { library } from '../../../src/ffi/library.ts'
import { type Child, type Contribution, launch, type Plan, step } from '../../../src/index.ts'
import { AF_UNIX, MFD, SOCK } from '../../../src/kernel/constants.ts'
import { startProgram } from '../../../src/process/launch.ts'
import { addFdReturn } from '../../../src/program/joins.ts'
import { PLAN_ADDRESS } from '../../../src/program/layout.ts'
import { until } from './processes.ts'

/** What the attacker of fixtures/attacker.c counts. */
export interface Report {
  readonly rounds: number
  /** Memories that it could open, processes that it could attach to. */
  readonly opened: number
  readonly attached: number
  /** How often it read the secret. */
  readonly found: number
  /** How often it saw a plan's memory. */
  readonly plans: number
  /** Environments that aren't empty, as those of all commands here are. */
  readonly environments: number
  /** fds that neither a command nor an init has, and one of them. */
  readonly foreign: number
  readonly example: string
}

/** What is started around it: a command inside, one with an init of its own, steps inside that open an fd and send it. */
export type Kind = 'join' | 'init' | 'open'

export interface Scene {
  /** The attacker's own sandbox. */
  readonly sandbox: readonly Contribution[]
  readonly capabilities: 'keep' | 'drop'
  /** Enters the sandbox by one of its processes. */
  join(process: number): readonly Contribution[]
  /** A start with an init: where the attacker can look, if there is such a place. */
  init(process: number): readonly Contribution[]
  /** Whether the attacker sees no more than its sandbox. Otherwise it looks at us and at our children only. */
  readonly ownProcesses: boolean
  /** Whether its user namespace is its own too. */
  readonly ownsUser: boolean
}

/** Long enough for the attacker to look at all, in the middle of each start: after the joins, before the exec. */
const pause = Buffer.alloc(16)
pause.writeBigInt64LE(4_000_000n * BigInt(slower), 8)

/** An attacker in its sandbox, and a secret in the memory of this process. */
export class Attack {
  readonly #scene: Scene
  /** Outside of V8's heap: it stays where it is, and a fork would copy it. */
  readonly #secret = Buffer.allocUnsafeSlow(1 << 16)
  readonly #original = randomBytes(32)
  readonly #output = memfdCreate('report', MFD.CLOEXEC)
  readonly #null = openSync('/dev/null', 'r+')
  readonly #attacker: Child

  constructor(program: string, scene: Scene) {
    this.#scene = scene
    this.#secret.set(this.#original)
    const inverted = this.#original.map((byte) => ~byte)
    this.#attacker = launch(scene.sandbox, {
      file: program,
      args: [
        library().address(this.#secret).toString(16),
        Buffer.from(inverted).toString('hex'),
        scene.ownProcesses ? '0' : `${process.pid}`,
      ],
      env: {},
      fds: [this.#null, this.#output, this.#null],
      capabilities: scene.capabilities,
    })
  }

  get report(): Report | undefined {
    const bytes = Buffer.alloc(1024)
    const length = pread(this.#output, bytes, 0)
    return length > 0 ? JSON.parse(bytes.toString('utf8', 0, bytes.indexOf('\n'))) : undefined
  }

  /** Whether what this process keeps in its memory is what it has put there. */
  get isUnchanged(): boolean {
    return this.#secret.subarray(0, 32).equals(this.#original)
  }

  /** Makes all these starts at once and waits for their ends; returns how many did what they were for. */
  async round(kinds: readonly Kind[], stub?: string): Promise<number> {
    await this.#attacker.started
    await until(() => this.report)
    const ends = kinds.map((kind) => {
      const end = kind === 'open' ? this.#open(stub) : this.#start(kind, stub)
      // Only the unprotected stub has mapped the plan here, where the next start would find it.
      if (stub) attempt('munmap', PLAN_ADDRESS, 1 << 24)
      return end
    })
    const settled = await Promise.allSettled(ends)
    return settled.filter(({ status }) => status === 'fulfilled').length
  }

  #start(kind: 'join' | 'init', stub: string | undefined): Promise<unknown> {
    const command = {
      file: '/bin/true',
      env: {},
      cwd: '/',
      fds: [this.#null, this.#null, this.#null],
    }
    return startProgram(this.#scene[kind](this.#attacker.pid), command, {
      stub,
      rewrite: ({ phase, step: original }) =>
        phase === 'cwd' ? step('ppoll', [0, 0, pause, 0, 0]) : original,
    }).exited
  }

  /** As `openInside` does. */
  async #open(stub: string | undefined): Promise<void> {
    let fd: number | undefined
    const opening = (plan: Plan) => {
      const result = addFdReturn(plan)
      plan.in('mounts').call('socket', [AF_UNIX, SOCK.STREAM | SOCK.CLOEXEC, 0], { result })
      plan.in('mounts').call('ppoll', [0, 0, pause, 0, 0])
    }
    const joins = this.#scene.join(this.#attacker.pid)
    const contributions = joins.map((join, i) => ({ ...join, steps: i ? () => {} : opening }))
    const onFd = (received: number) => (fd = received)
    await startProgram(contributions, undefined, { stub, onFd }).exited
    if (fd === undefined) throw new Error('no fd has come')
    close(fd)
  }

  async end(): Promise<Report> {
    this.#attacker.kill('SIGKILL')
    await this.#attacker.exited
    const report = this.report as Report
    close(this.#output)
    closeSync(this.#null)
    return report
  }
}
