import { readFileSync } from 'node:fs'
import {
  AT_FDCWD,
  CAPABILITY_VERSION,
  F,
  FD_CLOEXEC,
  O,
  PR,
  SIG_SETMASK,
} from '../kernel/constants.ts'
import type { ErrnoName } from '../kernel/errno.ts'
import { errnoNumber } from '../kernel/errno.ts'
import type { Slot } from './memory.ts'
import type { Plan } from './plan.ts'
import { type Argument, check, step } from './step.ts'

/** What is executed at the end of a program. */
export interface Command {
  /** A path, or a name that is looked up in the child's root with the child's own PATH. */
  readonly file: string
  /** Without `argv[0]`. */
  readonly args?: readonly string[]
  /** @default file */
  readonly argv0?: string | undefined
  /** @default process.env */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  /** In the new root, entered with the command's own rights. @default the caller's, or `/` in a new root */
  readonly cwd?: string | undefined
  /** Index: the fd in the child; value: the fd of this process that it is. @default [0, 1, 2] */
  readonly fds?: readonly number[] | undefined
  /** Inside the user namespace. @default what the caller, or the user namespace's map, makes it */
  readonly uid?: number | undefined
  readonly gid?: number | undefined
  /** A session of its own, and it outlives the caller. @default false */
  readonly detached?: boolean | undefined
  /** @default true with any namespace */
  readonly noNewPrivileges?: boolean | undefined
  /** `'drop'`: none, but root of a user namespace keeps those that count inside; `'keep'`. @default 'drop' with any namespace */
  readonly capabilities?: 'drop' | 'keep' | undefined
}

/** libc's PATH when the environment has none (confstr(3), _CS_PATH). */
const DEFAULT_PATH = '/bin:/usr/bin'
/** A candidate that isn't there, or can't be used: the next directory is tried, as execvp(3) does. */
const GO_ON: readonly ErrnoName[] = [
  'ENOENT',
  'ENOTDIR',
  'EACCES',
  'ENODEV',
  'ESTALE',
  'ETIMEDOUT',
  'ENOEXEC',
]
const ELF_MAGIC = 0x464c457f

/** One place where the program may be: what exec answered, whether the file is there at all, whether it is a directory. */
export interface Candidate {
  readonly path: string
  readonly exec: Slot
  readonly exists: Slot
  readonly directory: Slot
}

/** Adds the exec steps; none of the candidates fails the list: running off its end says that none was executed. */
export function addExec(plan: Plan, command: Command): readonly Candidate[] {
  const { memory } = plan
  const args = command.args ?? []
  const env = command.env ?? process.env
  const pointers = args.map((arg) => memory.string(arg).address)
  const argv = memory.words([memory.string(command.argv0 ?? command.file).address, ...pointers, 0])
  const envp = memory.words([...memory.strings(variablesOf(env)), 0])
  const steps = plan.in('exec')
  const magic = memory.allocate(8)
  return candidatePaths(command.file, env.PATH).map((path) => {
    const exec = plan.slot('exec')
    const exists = plan.slot('exists')
    const directory = plan.slot('directory')
    const script = plan.slot('script')
    steps.call('execve', [path, argv, envp], { operation: 'exec', tolerate: GO_ON, result: exec })
    // A missing interpreter is ENOENT too: is the program itself there?
    steps.call('faccessat', [AT_FDCWD, path, 0], {
      onlyAfter: 'ENOENT',
      tolerate: GO_ON,
      result: exists,
    })
    // A directory is EACCES, as is a file that isn't executable. With a slash behind, only a directory is there.
    steps.call('faccessat', [AT_FDCWD, `${path}/`, 0], {
      onlyAfter: 'EACCES',
      tolerate: GO_ON,
      result: directory,
    })
    // ENOEXEC: a script without #! is the shell's, as with execvp(3) and Node; a program for another machine is not.
    steps.call('openat', [AT_FDCWD, path, O.RDONLY | O.CLOEXEC], {
      onlyAfter: 'ENOEXEC',
      operation: 'exec',
      result: script,
    })
    steps.call('pread64', [script, magic, 4, 0], { onlyAfter: 'ENOEXEC', operation: 'exec' })
    const foreign = { errno: 'ENOEXEC', call: 'execve' } as const
    const isScript = { onlyAfter: 'ENOEXEC', operation: 'exec', path } as const
    steps.push(check('refuse', [magic, ELF_MAGIC], foreign, isScript))
    const shell = memory.words([
      memory.string('/bin/sh').address,
      memory.string(path).address,
      ...pointers,
      0,
    ])
    steps.call('execve', ['/bin/sh', shell, envp], { onlyAfter: 'ENOEXEC', operation: 'exec' })
    return { path, exec, exists, directory }
  })
}

function variablesOf(env: NonNullable<Command['env']>): string[] {
  // All keys of `process.env` are enumerable strings; asking for that takes most of the time that it costs.
  const keys = env === process.env ? (Reflect.ownKeys(env) as string[]) : Object.keys(env)
  return keys.flatMap((key) => {
    const value = env[key]
    return value === undefined ? [] : `${key}=${value}`
  })
}

function candidatePaths(file: string, path: string | undefined): string[] {
  if (file.includes('/')) return [file]
  return [...new Set((path ?? DEFAULT_PATH).split(':'))].map((directory) =>
    directory === '' ? file : `${directory}/${file}`,
  )
}

/** Adds the move of the fds to their numbers: out of each other's way first, then down. */
export function addFds(plan: Plan, fds: readonly number[]): void {
  const steps = plan.in('fds')
  const above = Math.max(3, fds.length)
  const out = new Map<number, Slot>()
  const sources: Argument[] = fds.map((fd, target) => {
    if (fd === target || fd >= fds.length) return { fd, name: `fd ${fd}` }
    const known = out.get(fd)
    if (known) return known
    const moved = plan.slot(`fd ${fd}`)
    out.set(fd, moved)
    steps.call('fcntl', [{ fd, name: `fd ${fd}` }, F.DUPFD_CLOEXEC, above], {
      operation: 'place fds',
      result: moved,
    })
    return moved
  })
  sources.forEach((source, target) => {
    if (fds[target] === target)
      steps.call('fcntl', [source, F.SETFD, 0], { operation: 'place fds' })
    else steps.call('dup3', [source, target, 0], { operation: 'place fds' })
  })
  // The status socket stays until exec closes it. Closed, not marked: CLOSE_RANGE_CLOEXEC came with 5.11.
  const last = 0xffffffff
  const { fd } = plan.status
  if (fd > fds.length)
    plan.in('close').call('close_range', [fds.length, fd - 1, 0], { operation: 'close fds' })
  plan.in('close').call('close_range', [fd + 1, last, 0], { operation: 'close fds' })
  plan.in('close').call('fcntl', [plan.status, F.SETFD, FD_CLOEXEC], { operation: 'close fds' })
}

let lastCapability: number | undefined

function capabilityCount(): number {
  lastCapability ??= Number(readFileSync('/proc/sys/kernel/cap_last_cap', 'utf8'))
  return lastCapability + 1
}

/**
 * Adds the loss of capabilities. Root of a user namespace keeps its permitted ones, and so its bounding set: they
 * count inside only. Everyone else has none, and can get none. Inheritable and ambient are empty for all
 * (CVE-2022-29162).
 */
export function addCapabilityDrop(plan: Plan, keepsPermitted: boolean): void {
  const options = { operation: 'drop capabilities' } as const
  const header = Buffer.alloc(8)
  header.writeUInt32LE(CAPABILITY_VERSION, 0)
  const data = Buffer.alloc(24)
  if (keepsPermitted) for (const offset of [0, 4, 12, 16]) data.writeUInt32LE(0xffffffff, offset) // effective, permitted
  if (!keepsPermitted)
    for (let capability = 0; capability < capabilityCount(); capability++)
      plan.in('bounding-set').call('prctl', [PR.CAPBSET_DROP, capability, 0, 0, 0], options)
  plan.in('capabilities').call('capset', [header, data], options)
}

/** Adds the change to other ids, inside. */
export function addIds(plan: Plan, { uid, gid }: Command): void {
  const options = { operation: 'change ids' } as const
  if (gid !== undefined) plan.in('ids').call('setresgid', [gid, gid, gid], options)
  if (uid !== undefined) plan.in('ids').call('setresuid', [uid, uid, uid], options)
}

/** Adds the end of all programs: nothing is blocked in the command. */
export function addSignals(plan: Plan): void {
  plan.in('signals').push(
    step('rt_sigprocmask', [SIG_SETMASK, plan.memory.allocate(8), 0, 8], {
      operation: 'unblock signals',
    }),
  )
}

/** Exec's errno of all candidates: EACCES is reported over ENOENT, as execvp(3) does. */
export function execErrno(results: readonly number[]): number {
  const denied = results.find((errno) => errno === errnoNumber('EACCES'))
  return denied ?? results.at(-1) ?? errnoNumber('ENOENT')
}
