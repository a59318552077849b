import { invalidOption } from '../errors/namespace-error.ts'
import type { Slot } from '../program/memory.ts'
import type { Plan } from '../program/plan.ts'
import { checkIntegers } from './check.ts'

/** Supplementary groups. */
export interface GroupAttributes {
  /**
   * Supplementary groups, ids inside the user namespace; `[]`: none. `'keep'`: the caller's. Absent, none; where the
   * kernel forbids to drop them, `ready` says so (user_namespaces(7), setgroups).
   * @default none with any namespace or another id, else the caller's
   */
  readonly groups?: 'keep' | readonly number[] | undefined
}

const ID_MAX = 2 ** 32 - 2
/** `NGROUPS_MAX` */
const GROUPS_MAX = 65536

/** @throws {NamespaceError} `ERR_NS_INVALID_OPTION` */
export function checkGroups({ groups }: GroupAttributes): void {
  if (groups === 'keep') return
  if (typeof groups === 'string') throw invalidOption(`groups: '${groups}' is not 'keep'`)
  checkIntegers('groups', groups, 0, ID_MAX)
  if (groups && groups.length > GROUPS_MAX)
    throw invalidOption(`groups: a process has at most ${GROUPS_MAX}`)
}

/** Adds the step. Returns what setgroups answered, where a refusal is no failure: what wasn't asked for by name. */
export function addGroups(
  plan: Plan,
  groups: 'drop' | 'keep' | readonly number[],
): Slot | undefined {
  if (groups === 'keep') return undefined
  const steps = plan.in('groups')
  if (groups === 'drop') {
    const result = plan.slot('groups')
    steps.call('setgroups', [0, 0], { operation: 'drop groups', tolerate: ['EPERM'], result })
    return result
  }
  const list = Buffer.alloc(groups.length * 4)
  groups.forEach((id, i) => {
    list.writeUInt32LE(id, i * 4)
  })
  const region = groups.length === 0 ? 0 : plan.memory.put(list)
  steps.call('setgroups', [groups.length, region], { operation: 'set groups' })
  return undefined
}
