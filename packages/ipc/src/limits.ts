import { checkKeys, invalidOption, type Plan } from '@ns/syscalls'

/**
 * Limits of an IPC namespace, by the kernel's names (ipc_namespaces(7), sysvipc(7), mq_overview(7)). Sizes in bytes but for
 * `shmall`, in pages. What is absent stays as a new namespace has it.
 */
export interface IpcLimits {
  /** The largest System V message. */
  readonly msgmax?: number | undefined
  /** The sum of all messages of a System V queue. */
  readonly msgmnb?: number | undefined
  /** System V queues. */
  readonly msgmni?: number | undefined
  /** Semaphores of a set, of all sets, operations of a call, and sets. */
  readonly sem?: readonly [number, number, number, number] | undefined
  /** The largest segment of shared memory. */
  readonly shmmax?: number | undefined
  /** All segments together, in pages. */
  readonly shmall?: number | undefined
  /** Segments. */
  readonly shmmni?: number | undefined
  /** POSIX queues. */
  readonly queues_max?: number | undefined
  /** Messages of a POSIX queue. */
  readonly msg_max?: number | undefined
  /** The largest message of a POSIX queue. */
  readonly msgsize_max?: number | undefined
}

const files: Readonly<Record<keyof IpcLimits, string>> = {
  msgmax: 'sys/kernel/msgmax',
  msgmnb: 'sys/kernel/msgmnb',
  msgmni: 'sys/kernel/msgmni',
  sem: 'sys/kernel/sem',
  shmmax: 'sys/kernel/shmmax',
  shmall: 'sys/kernel/shmall',
  shmmni: 'sys/kernel/shmmni',
  queues_max: 'sys/fs/mqueue/queues_max',
  msg_max: 'sys/fs/mqueue/msg_max',
  msgsize_max: 'sys/fs/mqueue/msgsize_max',
}
const names = Object.keys(files) as (keyof IpcLimits)[]

/** @throws {NamespaceError} `ERR_NS_INVALID_OPTION`, naming the option */
export function validateLimits(limits: IpcLimits): void {
  checkKeys('ipc.limits', limits, names, 'ipc')
  for (const name of names) {
    const value = limits[name]
    if (value === undefined) continue
    const numbers: readonly unknown[] = Array.isArray(value) ? value : [value]
    const isFine =
      numbers.length === (name === 'sem' ? 4 : 1) &&
      numbers.every((number) => Number.isSafeInteger(number) && (number as number) >= 0)
    if (!isFine)
      throw invalidOption(
        `ipc.limits.${name}: ${name === 'sem' ? 'four whole numbers are' : 'a whole number is'} wanted`,
        'ipc',
      )
  }
}

/** Adds the steps that write them: the files show the namespace of whoever opens them. */
export function addLimits(plan: Plan, limits: IpcLimits): void {
  for (const name of names) {
    const value = limits[name]
    if (value === undefined) continue
    const text = typeof value === 'number' ? `${value}` : value.join(' ')
    const options = { namespace: 'ipc', operation: 'set a limit' } as const
    plan.in('ipc').writeFile(plan.proc, files[name], text, options)
  }
}
