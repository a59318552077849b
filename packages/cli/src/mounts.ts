import {
  bind,
  binfmt,
  dev,
  directory,
  mask,
  mqueue,
  proc,
  remount,
  symlink,
  sysfs,
  tmpfs,
} from '@ns/spawn'
import type { Token } from './read-flags.ts'
import { UsageError } from './usage-error.ts'

type MountEntry = ReturnType<
  | typeof bind
  | typeof binfmt
  | typeof dev
  | typeof directory
  | typeof mask
  | typeof mqueue
  | typeof proc
  | typeof remount
  | typeof symlink
  | typeof tmpfs
>

const ro = { readonly: 'recursive' } as const

/** What each flag makes of its value. */
const makers: Readonly<Record<string, (value: string) => MountEntry>> = {
  bind: (value: string) => bind(...pathsOf('bind', value)),
  'ro-bind': (value: string) => bind(...pathsOf('ro-bind', value), ro),
  'bind-try': (value: string) => bind(...pathsOf('bind-try', value), { optional: true }),
  'ro-bind-try': (value: string) =>
    bind(...pathsOf('ro-bind-try', value), { ...ro, optional: true }),
  tmpfs: (value: string) => {
    const [target = '', size, ...more] = value.split(':')
    if (more.length > 0) throw new UsageError(`--tmpfs ${value}: TARGET or TARGET:SIZE is wanted`)
    return tmpfs(target, { size })
  },
  proc: (value: string) => proc(value),
  dev: (value: string) => dev(value),
  sysfs: (value: string) => sysfs(value),
  mqueue: (value: string) => mqueue(value),
  dir: (value: string) => directory(value),
  symlink: (value: string) => symlink(...pathsOf('symlink', value)),
  mask: (value: string) => mask(value),
  'remount-ro': (value: string) => remount(value, ro),
}

/** The mounts in the order of their flags: a later one may lie in an earlier one. */
export function mountsOf(tokens: readonly Token[]): readonly MountEntry[] {
  const mounts = tokens.flatMap(({ name, value = '' }): MountEntry[] =>
    makers[name] ? [makers[name](value)] : [],
  )
  const register = tokens.flatMap(({ name, value }) =>
    name === 'load-interp' && value ? [value] : [],
  )
  return register.length > 0 ? [...mounts, binfmt(undefined, { register })] : mounts
}

function pathsOf(flag: string, value: string): [source: string, target: string] {
  const [source, target, ...more] = value.split(':')
  if (!source || !target || more.length > 0)
    throw new UsageError(`--${flag} ${value}: SOURCE:TARGET is wanted, with one colon`)
  return [source, target]
}
