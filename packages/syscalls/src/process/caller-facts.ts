import { isMainThread } from 'node:worker_threads'
import { isPrivileged } from '../calls/capabilities.ts'
import { isAtLeast } from '../kernel/release.ts'
import type { Blueprint } from '../program/build.ts'

/** What of the caller's thread and machine decides how a program is built. */
export function callerFacts(): Pick<Blueprint, 'privileged' | 'threadIsProcess' | 'timeByFork'> {
  return {
    privileged: isPrivileged(),
    threadIsProcess: isMainThread,
    timeByFork: !isAtLeast(6, 2), // time_namespaces(7): since then it is entered at exec
  }
}
