import type { Command } from '../program/command.ts'
import type { Plan } from '../program/plan.ts'

/** Adds the change to other ids, inside. */
export function addIds(plan: Plan, { uid, gid }: Command): void {
  const options = { operation: 'change ids' } as const
  if (gid !== undefined) plan.in('ids').call('setresgid', [gid, gid, gid], options)
  if (uid !== undefined) plan.in('ids').call('setresuid', [uid, uid, uid], options)
}
