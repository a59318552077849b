import { SyscallError } from '@ns/syscalls'
import type { Call } from './call.ts'

/** Node's function that a failure is reported by. */
type Verb = 'spawn' | 'spawnSync'

/** Whether the caller made a mistake, which is thrown; all else is a failure of the start. */
export function isMistake(error: unknown): boolean {
  const { code = '' } = error as NodeJS.ErrnoException
  return code === 'ERR_NS_INVALID_OPTION' || /^ERR_(?!NS_)/.test(code)
}

/** Node's: `name` and `code`, the reason as cause. */
export function abortError(signal: AbortSignal): Error {
  const error = new Error('The operation was aborted', { cause: signal.reason })
  return Object.assign(error, { name: 'AbortError', code: 'ABORT_ERR' })
}

/**
 * A start without namespaces fails as Node's does: whatever failed, its errno is the code. With namespaces so does what
 * has no `ERR_NS_*`: exec, PATH and cwd.
 */
export function startError(error: unknown, verb: Verb, call: Call): Error {
  const known = error as NodeJS.ErrnoException
  const isNamespaces = known.code?.startsWith('ERR_NS_') === true
  const cause = error instanceof SyscallError ? error : known.cause
  if (!(cause instanceof SyscallError) || (isNamespaces && call.contributions.length > 0))
    return known
  const { file, args } = call.command
  const syscall = `${verb} ${file}`
  const begin = `spawn ${file} ${cause.code}`
  if (known.message.startsWith(begin) && verb === 'spawn') return known
  const detail = known.message.startsWith(begin)
    ? known.message.slice(begin.length)
    : `: ${known.message}`
  const { step } = known as { step?: unknown }
  return Object.assign(new Error(`${syscall} ${cause.code}${detail}`, { cause: error }), {
    errno: cause.errno,
    code: cause.code,
    syscall,
    path: file,
    spawnargs: [...(args ?? [])],
    ...(step === undefined ? {} : { step }),
  })
}
