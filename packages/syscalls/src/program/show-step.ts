import {
  AT,
  AT_FDCWD,
  CAP,
  CLONE,
  F,
  KEYCTL_JOIN_SESSION_KEYRING,
  LANDLOCK_RULE,
  MNT_DETACH,
  MOVE_MOUNT,
  MS,
  O,
  OPEN_TREE,
  PR,
  PR_CAP_AMBIENT,
  PRIO_PROCESS,
  RLIMIT,
  SECBIT,
  SECCOMP_SET_MODE_FILTER,
  TIOC,
} from '../kernel/constants.ts'
import { CLONE_NEW } from '../namespaces/types.ts'
import { Region, Slot } from './memory.ts'
import type { Argument, Step } from './step.ts'

type Show = (argument: Argument) => string
type Names = Readonly<Record<string, number>>

function flags(prefix: string, names: Names): Show {
  return (argument) => {
    if (typeof argument !== 'number') return show(argument)
    const set = Object.entries(names).filter(([, bit]) => bit !== 0 && (argument & bit) === bit)
    const rest = set.reduce((left, [, bit]) => left & ~bit, argument)
    const parts = set.map(([name]) => `${prefix}${name}`)
    if (rest || parts.length === 0) parts.push(rest ? `0x${(rest >>> 0).toString(16)}` : '0')
    return parts.join('|')
  }
}

function oneOf(prefix: string, names: Names): Show {
  return (argument) => {
    const name = Object.entries(names).find(([, value]) => value === argument)?.[0]
    return name ? `${prefix}${name}` : show(argument)
  }
}

const directory: Show = (argument) => (argument === AT_FDCWD ? 'AT_FDCWD' : show(argument))
/** `CLONE_NEWUTS|…` */
export const cloneFlags: Show = flags('CLONE_', {
  ...Object.fromEntries(
    Object.entries(CLONE_NEW).map(([type, bit]) => [
      `NEW${type === 'mount' ? 'NS' : type.toUpperCase()}`,
      bit,
    ]),
  ),
  PARENT: CLONE.PARENT,
  PIDFD: CLONE.PIDFD,
})
const mountFlags = flags('MS_', MS)
const openFlags = flags('O_', {
  WRONLY: O.WRONLY,
  RDWR: O.RDWR,
  CLOEXEC: O.CLOEXEC,
  PATH: O.PATH,
  DIRECTORY: O.DIRECTORY,
  NOFOLLOW: O.NOFOLLOW,
})
const treeFlags = flags('', {
  OPEN_TREE_CLONE: OPEN_TREE.CLONE,
  OPEN_TREE_CLOEXEC: OPEN_TREE.CLOEXEC,
  AT_RECURSIVE: AT.RECURSIVE,
  AT_EMPTY_PATH: AT.EMPTY_PATH,
})

const octal: Show = (argument) =>
  typeof argument === 'number' ? `0${argument.toString(8)}` : show(argument)

/** What the second and third argument of prctl are depends on the first; a run of CAPBSET_DROP is folded by its numbers. */
const prctlFormats: Readonly<Record<number, readonly (Show | undefined)[]>> = {
  [PR.CAP_AMBIENT]: [undefined, oneOf('PR_CAP_AMBIENT_', PR_CAP_AMBIENT), oneOf('CAP_', CAP)],
  [PR.SET_SECUREBITS]: [undefined, flags('SECBIT_', SECBIT)],
}

/** How arguments are printed where a number has a name; all others print as they are. */
const formats: Readonly<Record<string, readonly (Show | undefined)[]>> = {
  unshare: [cloneFlags],
  setns: [undefined, cloneFlags],
  clone: [cloneFlags],
  mount: [undefined, undefined, undefined, mountFlags],
  umount2: [undefined, flags('MNT_', { DETACH: MNT_DETACH })],
  openat: [directory, undefined, openFlags],
  faccessat: [directory],
  statx: [directory, undefined, flags('AT_', AT)],
  open_tree: [directory, undefined, treeFlags],
  move_mount: [directory, undefined, directory, undefined, flags('MOVE_MOUNT_', MOVE_MOUNT)],
  mount_setattr: [directory, undefined, flags('AT_', AT)],
  prctl: [oneOf('PR_', PR)],
  fcntl: [undefined, oneOf('F_', F)],
  ioctl: [undefined, oneOf('TIOC', TIOC)],
  umask: [octal],
  setpriority: [oneOf('', { PRIO_PROCESS })],
  keyctl: [oneOf('', { KEYCTL_JOIN_SESSION_KEYRING })],
  prlimit64: [undefined, oneOf('RLIMIT_', RLIMIT)],
  seccomp: [oneOf('', { SECCOMP_SET_MODE_FILTER })],
  landlock_add_rule: [undefined, oneOf('LANDLOCK_RULE_', LANDLOCK_RULE)],
}

function show(argument: Argument): string {
  if (typeof argument === 'string') return JSON.stringify(argument)
  if (argument instanceof Slot) return `<${argument.name}>`
  if (argument instanceof Region) return `[${argument.size}]`
  if (argument instanceof Uint8Array) return bytesText(argument)
  if (typeof argument === 'object') return `<${argument.name}>`
  return `${argument}`
}

/** Text as text, structs as their size. */
function bytesText(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('latin1')
  return /^[\x20-\x7e\n]+$/.test(text) ? JSON.stringify(text) : `[${bytes.length}]`
}

/** A step as strace would print its call. */
export function showStep(step: Step): string {
  const own = step.call === 'prctl' ? prctlFormats[step.args[0] as number] : undefined
  const format = (i: number) => own?.[i] ?? formats[step.call]?.[i] ?? show
  const args = step.args.map((argument, i) => format(i)(argument))
  return `${step.call}(${args.join(', ')})`
}
