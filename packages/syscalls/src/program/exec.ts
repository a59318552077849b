import { AT_FDCWD, O, SIG_SETMASK } from '../kernel/constants.ts'
import type { ErrnoName } from '../kernel/errno.ts'
import { errnoNumber } from '../kernel/errno.ts'
import type { Command } from './command.ts'
import type { Slot } from './memory.ts'
import type { Plan } from './plan.ts'
import { directoriesOf } from './search-path.ts'
import { check, step } from './step.ts'

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
  return directoriesOf(path).map((directory) => (directory === '' ? file : `${directory}/${file}`))
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
