import {
  diagnose,
  type ErrorCode,
  type Failure,
  type Machine,
  NamespaceError,
  type Remedy,
  SyscallError,
  thisMachine,
} from '@ns/syscalls'

/** One thing that this machine allows, or does not. */
export interface Finding {
  /** `'namespaces.uts.new'`, `'kernel.clone3'`: topic first. */
  readonly id: string
  /** `'unknown'`: it could not be asked. */
  readonly answer: 'yes' | 'no' | 'unknown'
  /** What was read or measured: `'63432'`, `'v2'`. */
  readonly value?: string
  /** The code of the error that a start would end with. */
  readonly code?: ErrorCode
  /** The hint of that error: why it is so, and what to change. */
  readonly hint?: string
  /** Each of them is enough. */
  readonly remedies?: readonly Remedy[]
}

/** It is allowed, or there. */
export function yes(id: string, value?: string): Finding {
  return value === undefined ? { id, answer: 'yes' } : { id, answer: 'yes', value }
}

/** It is not, and what would change that: `hint` is `cause: change, or change`, as in errors. */
export function no(
  id: string,
  cause: string,
  remedies: readonly Remedy[] = [],
  more: Pick<Finding, 'value' | 'code'> = {},
): Finding {
  const changes = remedies.map(({ change }) => change).join(', or ')
  return { id, answer: 'no', ...more, hint: changes ? `${cause}: ${changes}` : cause, remedies }
}

/** What the table of causes says of a failure that has not happened. */
export function diagnosed(
  id: string,
  failure: Failure,
  machine: Machine,
  more: Pick<Finding, 'value' | 'code'>,
): Finding {
  const found = diagnose(failure, machine)
  return no(id, found?.cause ?? failure.errno, found?.remedies, more)
}

/** What a start that failed says: code, hint and remedies are the error's own. */
export function refused(id: string, error: unknown): Finding {
  if (error instanceof SyscallError)
    return diagnosed(id, { call: error.syscall, errno: error.code }, thisMachine, {
      code: 'ERR_NS_SETUP',
    })
  if (!(error instanceof NamespaceError)) throw error
  const { code, cause, namespace, operation, hint = error.message } = error
  const failure = cause instanceof SyscallError && {
    call: cause.syscall,
    errno: cause.code,
    namespace,
    operation,
    path: cause.path,
  }
  const remedies = (failure && diagnose(failure)?.remedies) || []
  return { id, answer: 'no', code, hint, remedies }
}
