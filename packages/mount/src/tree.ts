import { type Plan, probeSyscall, type Slot, step } from '@ns/syscalls'
import type { WantedPlace } from './mount-points.ts'
import { isWithin } from './paths.ts'

interface Place {
  readonly path: string
  /** An fd of the file system's root, if this start has made it; `undefined`: the host's. */
  readonly made: Slot | undefined
  /** The directory of the host's that is seen there, if it is one. */
  readonly host: string | undefined
}

/**
 * The mounts of one start while its program is written, in order: which of its files are new, and which are the host's.
 * Only what is new may be created in.
 */
export class Tree {
  readonly plan: Plan
  /** Whether a mount may be seen outside. */
  readonly isShared: boolean
  /** Which calls there are, of those that have a fallback: the one place where it is decided. */
  readonly has: Readonly<Record<'mount_setattr' | 'openat2', boolean>>
  /** Whether mounts that are covered have flags that were to change. */
  leavesCovered = false
  /** What is added when all else is. */
  readonly last: (() => void)[] = []
  /** Where mount points of the host are to be made that are missing. */
  readonly wanted: WantedPlace[] = []
  #places: Place[] = [{ path: '/', made: undefined, host: '/' }]

  constructor(plan: Plan, isShared: boolean) {
    this.plan = plan
    this.isShared = isShared
    const has = (name: 'mount_setattr' | 'openat2') => probeSyscall(name) === undefined
    this.has = { mount_setattr: has('mount_setattr'), openat2: has('openat2') }
  }

  /** Notes that the root is a file system that this start has made. */
  set root(made: Slot) {
    this.#places = [{ path: '/', made, host: undefined }]
  }

  /** Notes that the root is a directory of the host's; `undefined`: nobody knows of which. */
  set hostRoot(host: string | undefined) {
    this.#places = [{ path: '/', made: undefined, host }]
  }

  /** Notes what is mounted at a path; it hides what was there. */
  add(path: string, made: Slot | undefined, host?: string): void {
    this.#places.push({ path, made, host })
    this.plan.mountPoints.add(path)
  }

  /** Notes that something is to be mounted at a path, which may be missing on the host. */
  want(path: string, kind: WantedPlace['kind']): void {
    const { path: above, host: base } = this.at(path)
    const names = path.slice(above.length).split('/').filter(Boolean)
    if (base !== undefined && names.length > 0) this.wanted.push({ base, names, kind })
  }

  /** Notes that the last mount at a path is gone. */
  remove(path: string): void {
    const last = this.#places.findLastIndex((place) => place.path === path && path !== '/')
    if (last > 0) this.#places.splice(last, 1)
  }

  /** Notes that the mounts at and below a path are elsewhere. */
  move(from: string, to: string): void {
    this.#places = this.#places.map((place) =>
      isWithin(place.path, from) && from !== '/'
        ? { ...place, path: to + place.path.slice(from.length) }
        : place,
    )
    this.plan.mountPoints.add(to)
  }

  /** The mount that a path lies in. */
  at(path: string): Place {
    return this.#places.findLast((place) => isWithin(path, place.path)) as Place
  }
}

/** Runs `add` with a file mode creation mask of 0: what is made has the mode that was given, whatever the caller's mask. */
export function withoutUmask(plan: Plan, add: () => void): void {
  const mask = plan.slot('umask')
  plan.in('sources').push(step('umask', [0], { namespace: 'mount', result: mask }))
  add()
  plan.in('mounts').push(step('umask', [mask], { namespace: 'mount' }))
}
