import { CLONE_NEW, invalidOption, type Plan, PR } from '@ns/syscalls'
import type { Maps } from './maps.ts'

/**
 * Adds the steps after which the command can make no user namespace: the limit of the one that was made is set to one,
 * and one more is made below, which takes it up. Whoever is root there may raise its own limit, which doesn't help: all
 * limits above count too (namespaces(7), user_namespaces(7)). It has no capability over what the one above owns.
 */
export function addNested(plan: Plan, { uid, gid }: Pick<Maps, 'uid' | 'gid'>): void {
  // The process is dumpable for three writes: whoever is in a joined pid namespace could look at it (CVE-2016-9962).
  if (plan.joins.has('pid'))
    throw invalidOption(
      'user.disableNested contradicts pid.join: the processes there could look at this one meanwhile',
      'user',
    )
  const options = { namespace: 'user', operation: 'disable nested' } as const
  const steps = plan.in('nested')
  const dumpable = (value: number) =>
    steps.call('prctl', [PR.SET_DUMPABLE, value, 0, 0, 0], { operation: 'guard' })
  const unshare = [CLONE_NEW.user]
  const same = ([line]: Maps['uid']) => `${line?.inside} ${line?.inside} 1\n`
  steps.writeFile(plan.proc, 'sys/user/max_user_namespaces', '1', options)
  steps.call('unshare', unshare, { ...options, operation: 'create' })
  dumpable(1) // an undumpable process may not write its own maps
  steps.writeFile(plan.proc, 'self/setgroups', 'deny', options)
  steps.writeFile(plan.proc, 'self/uid_map', same(uid), options)
  steps.writeFile(plan.proc, 'self/gid_map', same(gid), options)
  dumpable(0)
  // The proof: success is no success here.
  steps.call('unshare', unshare, { ...options, tolerate: ['ENOSPC'], expect: 1 })
}
