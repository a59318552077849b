import { cgroup } from '@ns/cgroup'
import { ipc } from '@ns/ipc'
import { mount } from '@ns/mount'
import { net } from '@ns/net'
import { pid } from '@ns/pid'
import { CLONE_NEW, type Contribution, type NamespaceType } from '@ns/syscalls'
import { time } from '@ns/time'
import { user } from '@ns/user'
import { uts } from '@ns/uts'

/** Namespaces that a start is measured in. */
export interface NamespaceSet {
  /** `'four'`: the contenders are named after it. */
  readonly name: string
  readonly types: readonly NamespaceType[]
  /** What `unshare` and `bwrap` are called with for the same; absent: they aren't measured. */
  readonly unshare?: readonly string[]
  readonly bwrap?: readonly string[]
}

/** A new row is an entry here. */
export const sets: readonly NamespaceSet[] = [
  { name: 'none', types: [] },
  {
    name: 'four',
    types: ['user', 'uts', 'mount', 'pid'],
    unshare: '--user --map-current-user --uts --mount --pid --fork --mount-proc'.split(' '),
    bwrap: '--unshare-user --unshare-uts --unshare-pid --dev-bind / / --proc /proc'.split(' '),
  },
  {
    name: 'six',
    types: ['user', 'uts', 'mount', 'pid', 'net', 'ipc'],
    unshare: '--user --map-current-user --uts --mount --pid --fork --mount-proc --net --ipc'.split(
      ' ',
    ),
    bwrap:
      '--unshare-user --unshare-uts --unshare-pid --unshare-net --unshare-ipc --dev-bind / / --proc /proc'.split(
        ' ',
      ),
  },
  // Neither tool was compared here: bwrap makes no time namespace.
  { name: 'eight', types: ['user', 'uts', 'mount', 'pid', 'net', 'ipc', 'cgroup', 'time'] },
]

const factories: Partial<Record<NamespaceType, (init: boolean) => Contribution>> = {
  user: () => user(),
  uts: () => uts(),
  mount: () => mount(),
  pid: (init) => pid({ init }),
  net: () => net(),
  ipc: () => ipc(),
  cgroup: () => cgroup(),
  time: () => time(),
}

/** A set's contributions, `init` being the pid namespace's. */
export function contributionsOf({ types }: NamespaceSet, init: boolean): Contribution[] {
  return types.map((type) => {
    const factory = factories[type]
    if (!factory) throw new TypeError(`no package makes ${type} namespaces`)
    return factory(init)
  })
}

/** A set's `CLONE_NEW*`. */
export function flagsOf({ types }: NamespaceSet): number {
  return types.reduce((flags, type) => flags | CLONE_NEW[type], 0)
}
