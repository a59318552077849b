import { readFileSync } from 'node:fs'
import {
  inside,
  invalidOption,
  Namespace,
  type NamespaceRef,
  type Plan,
  type RunningOptions,
} from '@ns/syscalls'

/** Of whoever opens it (CONFIG_CHECKPOINT_RESTORE). */
const FILE = 'sys/kernel/ns_last_pid'
/** `PID_MAX_LIMIT` */
const LARGEST = 4_194_304

/** @throws {NamespaceError} `ERR_NS_INVALID_OPTION` */
export function checkLastPid(lastPid: unknown, name: string): void {
  if (!Number.isInteger(lastPid) || (lastPid as number) < 1 || (lastPid as number) >= LARGEST)
    throw invalidOption(`${name}: a pid from 1 to ${LARGEST - 1} is wanted`, 'pid')
}

/** Adds the step after which the next process gets the next number that is free. */
export function addLastPid(plan: Plan, lastPid: number): void {
  const options = { namespace: 'pid', operation: 'set the last pid' } as const
  plan.in('proc').writeFile(plan.proc, FILE, `${lastPid}`, options)
}

/**
 * The number that a running pid namespace has given last. The look takes a number there itself, which is not counted.
 *
 * @throws {NamespaceError} when it isn't a pid namespace, or may not be entered
 * @see proc(5), `/proc/sys/kernel/ns_last_pid`
 */
export async function readLastPid(
  ref: NamespaceRef,
  { user }: RunningOptions = {},
): Promise<number> {
  using namespace = Namespace.open('pid', ref)
  if (namespace.isOwn()) return Number(readFileSync(`/proc/${FILE}`, 'latin1'))
  return await inside({ user, pid: namespace }, (plan) => {
    const [last, own] = [plan.memory.allocate(16), plan.slot('own pid')]
    const options = { namespace: 'pid', operation: 'read' } as const
    plan.in('proc').call('getpid', [], { ...options, result: own })
    plan.in('proc').readFile(plan.proc, FILE, last, options)
    return (memory) => {
      const found = Number.parseInt(memory(last).toString('latin1'), 10)
      return found === memory(own.region).readInt32LE() ? found - 1 : found
    }
  })
}

/**
 * Sets it: the next process that is born there gets the next number, or the next that is free.
 *
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION`; as `readLastPid`
 */
export async function setLastPid(
  ref: NamespaceRef,
  lastPid: number,
  { user }: RunningOptions = {},
): Promise<void> {
  checkLastPid(lastPid, 'setLastPid')
  await inside({ user, pid: ref }, (plan) => {
    addLastPid(plan, lastPid)
    return () => {}
  })
}
