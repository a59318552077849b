import type { ErrnoName } from '../kernel/errno.ts'
import { numbers, type SyscallName } from '../kernel/numbers.ts'
import type { NamespaceType } from '../namespaces/types.ts'
import type { Region, Slot } from './memory.ts'

/** An fd of this process that the launcher is given under the same number. */
export interface Fd {
  readonly fd: number
  /** What it is, for `explain`: `'status'`. */
  readonly name: string
}

/**
 * An argument of a step: a number; a string, which becomes a C string in the plan; bytes, which become memory there;
 * a region, which is its address; the result of an earlier step; an fd.
 */
export type Argument = number | bigint | string | Uint8Array | Region | Slot | Fd

/** What a step is beside its call. */
export interface StepOptions {
  /** The namespace type on whose behalf it runs: errors name it. */
  namespace?: NamespaceType | undefined
  /** What it does, as a verb: `'mount'`. Errors name it. */
  operation?: string | undefined
  /** The path that an error names; default: the first string that is an argument. */
  path?: string | undefined
  /** The second path that an error names. */
  dest?: string | undefined
  /** Errors to go on with. */
  tolerate?: readonly ErrnoName[] | undefined
  /** The only result that isn't a failure: a `read` that gives 0 is no success. */
  expect?: number | undefined
  /** Where the result goes. */
  result?: Slot | undefined
  /** Run only when the last step without this condition ended with that error. */
  onlyAfter?: ErrnoName | undefined
  /** Memory whose text an error of this step quotes: what was found instead. */
  found?: Region | undefined
  /** A clone: the child goes on with the steps that follow, the caller with these. */
  fork?: readonly Step[] | undefined
  /** A clone: the child runs these and ends, the caller goes on with the steps that follow. */
  helper?: readonly Step[] | undefined
}

/** One system call of a program, or a check of what an earlier one left in memory. */
export interface Step extends StepOptions {
  /**
   * `refuse` and `require` make no call: `[region, value]`, and the step fails if the 32 bits there are the value, or
   * unless they are. `bits` makes none either: `[region, keep, set]`, and the result is made of the 32 bits there.
   */
  readonly call: SyscallName | 'init' | 'refuse' | 'require' | 'bits'
  readonly args: readonly Argument[]
  /** Of a check: how it fails, and the call whose result it judges. */
  readonly failure?: { readonly errno: ErrnoName; readonly call: SyscallName } | undefined
}

/** A step that judges what an earlier one left in memory. */
export function check(
  call: 'refuse' | 'require',
  args: readonly [region: Region, value: number],
  failure: { readonly errno: ErrnoName; readonly call: SyscallName },
  options: StepOptions = {},
): Step {
  return { call, args, failure, ...options }
}

/** A step that makes flags of those that the kernel left in memory: of the 32 bits there `keep` stay, and `set` are added. */
export function bits(
  region: Region,
  { keep, set }: { readonly keep: number; readonly set: number },
  result: Slot,
  options: StepOptions = {},
): Step {
  return { call: 'bits', args: [region, keep, set], ...options, result }
}

/** Arguments of a system call: as many as there are registers for (syscall(2)). */
const MOST = 6

/** A step that makes a system call. */
export function step(
  call: SyscallName,
  args: readonly Argument[],
  options: StepOptions = {},
): Step {
  if (!numbers[call]) throw new TypeError(`no system call is known as '${call}'`)
  if (args.length > MOST) throw new TypeError(`${call}: more than ${MOST} arguments`)
  // All steps have the same fields in the same order: what V8 reads fastest, and a start reads many.
  const { namespace, operation, path, dest, tolerate, expect, result, onlyAfter } = options
  const { found, fork, helper } = options
  return {
    call,
    args,
    namespace,
    operation,
    path,
    dest,
    tolerate,
    expect,
    result,
    onlyAfter,
    found,
    fork,
    helper,
  }
}
