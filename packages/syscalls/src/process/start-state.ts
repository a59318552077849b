import { pread } from '../calls/fds.ts'
import type { Built } from '../program/build.ts'
import type { Command } from '../program/command.ts'
import type { Contribution } from '../program/contribution.ts'
import type { PlacedStep } from '../program/program.ts'
import type { Loop } from './loop.ts'

/** All that a start owns and needs; made by `launch`. */
export interface StartState {
  /** Who waits for it. */
  readonly loop: Loop
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
  /** Who has a part while the child waits, or something to undo. */
  readonly contributions: readonly Pick<Partial<Contribution>, 'type' | 'parent' | 'release'>[]
  /** `ms` until a start has failed. */
  readonly startTimeout: number
  /** Is given the plan's memory once the program has run. */
  readonly onMemory?: ((memory: Buffer) => void) | undefined
  /** Is given an fd that the program sent, and owns it. */
  readonly onFd?: ((fd: number) => void) | undefined
}

/** The plan's memory as it is now. */
export function readPlan({ built, plan }: StartState): Buffer {
  const bytes = Buffer.allocUnsafe(built.plan.memory.bytes.length)
  return bytes.fill(0, pread(plan, bytes, 0)) // somebody inside may have cut it short
}
