import { randomBytes } from 'node:crypto'
import { closeSync, openSync } from 'node:fs'
import { close, memfdCreate, pread } from '../../../src/calls/fds.ts'
import { attempt } from '../../../src/calls/result.ts'
import { library } from '../../../src/ffi/library.ts'
import { type Child, type Contribution, launch, step } from '../../../src/index.ts'
import { MFD } from '../../../src/kernel/constants.ts'
import { startProgram } from '../../../src/process/launch.ts'
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

export interface Scene {
  /** The attacker's own sandbox. */
  readonly sandbox: readonly Contribution[]
  readonly capabilities: 'keep' | 'drop'
  /** What is started while it attacks; `join` is a process of the sandbox. */
  starts(join: number): readonly (readonly Contribution[])[]
  /** Whether the attacker sees no more than its sandbox. Otherwise it looks at us and at our children only. */
  readonly ownProcesses: boolean
}

/** Long enough for the attacker to look at all, in the middle of each start: after the joins, before the exec. */
const pause = Buffer.alloc(16)
pause.writeBigInt64LE(4_000_000n, 8)

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

  /** Makes all starts of the scene at once and waits for their ends; returns how many commands were executed. */
  async round(stub?: string): Promise<number> {
    await this.#attacker.started
    await until(() => this.report)
    const command = {
      file: '/bin/true',
      env: {},
      cwd: '/',
      fds: [this.#null, this.#null, this.#null],
    }
    const children = this.#scene.starts(this.#attacker.pid).map((contributions) => {
      const child = startProgram(contributions, command, {
        stub,
        rewrite: ({ phase, step: original }) =>
          phase === 'cwd' ? step('ppoll', [0, 0, pause, 0, 0]) : original,
      })
      // Only the unprotected stub has mapped the plan here, where the next start would find it.
      if (stub) attempt('munmap', PLAN_ADDRESS, 1 << 24)
      return child.exited
    })
    const exits = await Promise.allSettled(children)
    return exits.filter(({ status }) => status === 'fulfilled').length
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
