import type { Exit } from '../calls/processes.ts'
import type { ErrorCode } from '../errors/codes.ts'
import { hintFor } from '../errors/hints.ts'
import { type FailedStep, NamespaceError } from '../errors/namespace-error.ts'
import { SyscallError } from '../errors/syscall-error.ts'
import { errnoNumber } from '../kernel/errno.ts'
import type { NamespaceType } from '../namespaces/types.ts'
import type { Command } from '../program/command.ts'
import type { PlacedStep } from '../program/program.ts'
import { showStep } from '../program/show-step.ts'
import type { Outcome } from './status.ts'

/** An error of exec, PATH or cwd: Node's shape and code, and the step. */
export interface SpawnError extends NodeJS.ErrnoException {
  spawnargs: readonly string[]
  step: FailedStep
}

function describe(at: PlacedStep, of: number): FailedStep {
  return { number: at.number, of, phase: at.phase, text: showStep(at.step) }
}

/** The error of a step that failed. */
export function stepError(
  outcome: Outcome & { kind: 'failed' },
  of: number,
  command: Command | undefined,
): Error {
  const { at, cause, found } = outcome
  const failedStep = describe(at, of)
  if (command && (at.phase === 'exec' || at.phase === 'cwd'))
    return spawnError(outcome, failedStep, command)
  const { namespace, operation } = at.step
  const hint = hintFor({
    call: cause.syscall,
    errno: cause.code,
    namespace,
    operation,
    path: cause.path,
    dest: cause.dest,
    found,
  })
  const subject = namespace ?? operation ?? at.phase
  const instead = found ? `, where '${found}' is` : ''
  const message = `${subject}: ${failedStep.text}: ${cause.code}${instead}, step ${at.number} of ${of}`
  return new NamespaceError(message, {
    code: codeOf(cause, at),
    namespace,
    operation,
    step: failedStep,
    hint,
    cause,
  })
}

function codeOf(cause: SyscallError, at: PlacedStep): ErrorCode {
  const { namespace, operation } = at.step
  if (operation === 'create' && cause.code === 'ENOSPC') return 'ERR_NS_LIMIT'
  if (
    /^(create|map)$/.test(operation ?? '') &&
    namespace === 'user' &&
    /EPERM|EACCES/.test(cause.code)
  )
    return 'ERR_NS_USERNS_RESTRICTED'
  if (/^(create|join)$/.test(operation ?? '') && cause.code === 'EPERM') return 'ERR_NS_PERMISSION'
  return 'ERR_NS_SETUP'
}

/** `spawn X ENOENT`, as child_process has it; what it is about stands behind it. */
function spawnError(
  outcome: Outcome & { kind: 'failed' },
  failedStep: FailedStep,
  command: Command,
): SpawnError {
  const { at, cause, interpreterMissing, isDirectory } = outcome
  const about = interpreterMissing
    ? `the interpreter of '${cause.path}' is missing`
    : isDirectory
      ? `'${cause.path}' is a directory`
      : reasons[`${at.phase} ${cause.code}`]?.(cause.path ?? '', command)
  const error = new Error(`spawn ${command.file} ${cause.code}${about ? `: ${about}` : ''}`, {
    cause,
  }) as SpawnError
  return Object.assign(error, {
    errno: cause.errno,
    code: cause.code,
    syscall: `spawn ${command.file}`,
    path: command.file,
    spawnargs: [...(command.args ?? [])],
    step: failedStep,
  })
}

const reasons: Readonly<Record<string, (path: string, command: Command) => string>> = {
  'cwd ENOENT': (path) => `the working directory '${path}' does not exist in the child's root`,
  'cwd ENOTDIR': (path) => `the working directory '${path}' is no directory`,
  'cwd EACCES': (path) => `the working directory '${path}' may not be entered by the command`,
  'exec ENOENT': (path, { file }) =>
    file.includes('/')
      ? `'${path}' does not exist in the child's root`
      : `'${file}' is in no directory of the command's PATH, in the child's root`,
  'exec EACCES': (path) => `'${path}' is not executable, or not reachable for the command`,
  'exec ENOEXEC': (path) => `'${path}' is a program for another machine`,
  'exec ETXTBSY': (path) => `'${path}' is open for writing`,
}

/** The error of a child that was killed before its command was executed. */
export function interruptedError(
  at: PlacedStep,
  of: number,
  { signalCode, exitCode }: Pick<Exit, 'signalCode' | 'exitCode'>,
): NamespaceError {
  const how = signalCode ? `killed by ${signalCode}` : `ended with ${exitCode}`
  return new NamespaceError(`${how} at ${whereabouts(at, of)}`, {
    code: 'ERR_NS_SETUP',
    namespace: at.step.namespace,
    operation: at.step.operation,
    step: describe(at, of),
  })
}

/** The error of a start whose child sent an fd that this process has no number left for: the kernel drops it (recvmsg(2)). */
export function lostFdError(): NamespaceError {
  const cause = new SyscallError(errnoNumber('EMFILE'), 'recvmsg')
  const hint = hintFor({ call: cause.syscall, errno: cause.code })
  const message = `an fd that the child sent was lost: ${cause.message}`
  return new NamespaceError(message, { code: 'ERR_NS_SETUP', operation: 'take an fd', hint, cause })
}

/** The error of a start that took too long. */
export function timeoutError(at: PlacedStep | undefined, of: number, ms: number): NamespaceError {
  const where = at ? `: still at ${whereabouts(at, of)}` : ''
  return new NamespaceError(`the start took longer than ${ms} ms${where}`, {
    code: 'ERR_NS_TIMEOUT',
    namespace: at?.step.namespace,
    operation: at?.step.operation,
    step: at && describe(at, of),
  })
}

function whereabouts(at: PlacedStep, of: number): string {
  return `${showStep(at.step)}, step ${at.number} of ${of} (${at.phase})`
}

/** What the clone was to make. */
export interface Cloned {
  readonly types: readonly NamespaceType[]
  /** The cgroup to be born in. */
  readonly placement: string | undefined
}

/** The error of the clone itself, or of the launcher's exec: before any step. */
export function cloneError(
  errno: number,
  call: 'clone' | 'clone3' | 'execveat',
  { types, placement }: Cloned,
): NamespaceError {
  const cause = new SyscallError(errno, call, { path: placement })
  const namespace = placement === undefined ? types[0] : 'cgroup'
  const operation = placement === undefined ? 'create' : 'place'
  const hint = hintFor({ call, errno: cause.code, namespace, operation })
  const what = namespace ? `${placement === undefined ? types.join(', ') : 'cgroup'}: ` : ''
  const code = cloneCode(cause.code, call, namespace)
  return new NamespaceError(`${what}${cause.message}`, { code, namespace, operation, hint, cause })
}

function cloneCode(errno: string, call: string, namespace: NamespaceType | undefined): ErrorCode {
  if (errno === 'ENOSPC') return 'ERR_NS_LIMIT'
  if (call === 'execveat' || !/^(EPERM|EACCES)$/.test(errno)) return 'ERR_NS_SETUP'
  return namespace === 'user' ? 'ERR_NS_USERNS_RESTRICTED' : 'ERR_NS_PERMISSION'
}

/** The error of a cgroup that cannot even be opened. */
export function placementError(cause: SyscallError): NamespaceError {
  const { syscall: call, code: errno, path } = cause
  const hint = hintFor({ call, errno, namespace: 'cgroup', operation: 'place', path })
  const details = {
    code: 'ERR_NS_SETUP',
    namespace: 'cgroup',
    operation: 'place',
    hint,
    cause,
  } as const
  return new NamespaceError(`cgroup: ${cause.message}`, details)
}
