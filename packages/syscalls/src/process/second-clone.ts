import { close } from '../calls/fds.ts'
import { type Exit, pidfdOpen, wait } from '../calls/processes.ts'
import type { Slot } from '../program/memory.ts'
import { getWord } from '../program/memory.ts'

/** A launcher whose second clone (`addFork`) is still to come: the child of that takes its place. */
export class SecondClone {
  readonly #slot: Slot
  /** Signals for that child; its launcher takes none. */
  readonly #early: number[] = []
  #isPending = true
  /** How a launcher ended whose child had to be found. */
  launcherExit: Exit | undefined

  /** @param slot where the launcher stores the child's pid */
  constructor(slot: Slot) {
    this.#slot = slot
  }

  get isPending(): boolean {
    return this.#isPending
  }

  /** A signal that came before there is a child to take it. */
  keep(signal: number): void {
    if (this.#isPending) this.#early.push(signal)
  }

  /** The child has taken over; returns the signals that waited for it. */
  complete(): readonly number[] {
    this.#isPending = false
    return this.#early
  }

  /** The child's pid; undefined while there is none. */
  pid(plan: Buffer): number | undefined {
    const pid = getWord(plan, this.#slot.region.offset)
    return pid > 0 && Number.isSafeInteger(pid) ? pid : undefined
  }

  /**
   * The launcher was killed, or failed, before its message: the child that it may have made ends by itself, but is
   * ours to reap. As a zombie it would keep the pid namespace that it joined from ever ending.
   *
   * @returns the child if there is one left; its pidfd is the caller's to close
   */
  findOrphan(plan: Buffer): { pid: number; pidfd: number } | undefined {
    this.#isPending = false
    const pid = this.pid(plan)
    if (pid === undefined) return undefined
    let pidfd: number | undefined
    try {
      pidfd = pidfdOpen(pid)
      if (wait(pidfd) === undefined) return { pid, pidfd }
    } catch {} // gone, or not our child
    if (pidfd !== undefined) close(pidfd)
    return undefined
  }
}
