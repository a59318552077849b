import { readFileSync } from 'node:fs'
import { CAP, CLONE_NEW, hasCapability, type Plan, PR } from '@ns/syscalls'
import { parseRanges } from '@ns/user'

/** `nobody`: any id will do that has no privilege. */
const NOBODY = 65534

/** Whether we can become somebody without privilege, for a try: root can, where that id is mapped. */
function canBecome(): boolean {
  const has = (capability: number) => hasCapability(capability)
  return has(CAP.SETUID) && has(CAP.SETGID) && ['uid', 'gid'].every(isMapped)
}

function isMapped(kind: string): boolean {
  const ranges = parseRanges(readFileSync(`/proc/self/${kind}_map`, 'utf8'))
  return ranges.some(({ inside, count }) => inside <= NOBODY && NOBODY < inside + count)
}

interface Ids {
  readonly uid: number
  readonly gid: number
}

/** Adds the steps after which the process has no privilege; without the power to do so it stays who we are. */
export function addOrdinaryUser(plan: Plan, phase: 'arm' | 'user'): Ids {
  const steps = plan.in(phase)
  const isOther = canBecome()
  if (isOther) {
    steps.call('setgroups', [0, 0], { tolerate: ['EPERM'] })
    steps.call('setresgid', [NOBODY, NOBODY, NOBODY])
    steps.call('setresuid', [NOBODY, NOBODY, NOBODY])
  }
  // It is about to write its own maps, which the undumpable cannot.
  steps.call('prctl', [PR.SET_DUMPABLE, 1, 0, 0, 0])
  if (isOther) return { uid: NOBODY, gid: NOBODY }
  return { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 }
}

/** Adds the steps by which somebody without privilege gets a user namespace of his own. */
export function addOwnUserNamespace(plan: Plan): void {
  const ids = addOrdinaryUser(plan, 'user')
  plan.in('user').call('unshare', [CLONE_NEW.user], { namespace: 'user', operation: 'create' })
  addOwnMaps(plan, ids)
}

/** Adds the steps that write the one map that everybody may write: of one's own ids, which stay what they are. */
export function addOwnMaps(plan: Plan, { uid, gid }: Ids): void {
  const steps = plan.in('user')
  const options = { namespace: 'user', operation: 'map' } as const
  steps.writeFile(plan.proc, 'self/setgroups', 'deny', options)
  steps.writeFile(plan.proc, 'self/uid_map', `${uid} ${uid} 1\n`, options)
  steps.writeFile(plan.proc, 'self/gid_map', `${gid} ${gid} 1\n`, options)
}
