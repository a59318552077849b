import { invalidOption } from '../errors/namespace-error.ts'
import { SECCOMP_SET_MODE_FILTER } from '../kernel/constants.ts'
import type { Plan } from '../program/plan.ts'

/** System calls that the process may make. */
export interface SeccompAttributes {
  /**
   * Compiled cBPF: the bytes of `struct sock_filter`s. Several are stacked in this order: all are asked, the strictest
   * answer counts (seccomp(2)). The last thing before the exec, which they have to allow.
   */
  readonly seccomp?: Uint8Array | readonly Uint8Array[] | undefined
}

/** Bytes of a `struct sock_filter`. */
export const FILTER_INSTRUCTION = 8
/** `BPF_MAXINSNS` */
export const FILTER_MAX = 4096

/** The filters, in order. */
export function filtersOf({ seccomp }: SeccompAttributes): readonly Uint8Array[] {
  if (seccomp === undefined) return []
  return seccomp instanceof Uint8Array ? [seccomp] : seccomp
}

/** @throws {NamespaceError} `ERR_NS_INVALID_OPTION`, naming the filter by its index */
export function checkSeccomp(attributes: SeccompAttributes): void {
  const filters: unknown = filtersOf(attributes)
  if (!Array.isArray(filters))
    throw invalidOption('seccomp: the bytes of a filter, or an array of such, are wanted')
  for (const [i, filter] of filters.entries()) {
    const reason = reasonAgainst(filter)
    if (reason) throw invalidOption(`seccomp: filter ${i} ${reason}`)
  }
}

function reasonAgainst(filter: unknown): string | undefined {
  if (!(filter instanceof Uint8Array)) return 'is no Uint8Array'
  const { length } = filter
  if (length === 0) return 'is empty'
  if (length % FILTER_INSTRUCTION)
    return `has ${length} bytes, no multiple of ${FILTER_INSTRUCTION}`
  const count = length / FILTER_INSTRUCTION
  return count > FILTER_MAX ? `has ${count} instructions, more than ${FILTER_MAX}` : undefined
}

/** Adds the steps. Nothing can be read back behind the last one, which may forbid it: its result is the kernel's word. */
export function addSeccomp(plan: Plan, attributes: SeccompAttributes): void {
  for (const [i, filter] of filtersOf(attributes).entries()) {
    const { address } = plan.memory.put(filter)
    const program = plan.memory.words([filter.length / FILTER_INSTRUCTION, address]) // struct sock_fprog
    plan.in('seccomp').call('seccomp', [SECCOMP_SET_MODE_FILTER, 0, program], {
      operation: `load seccomp filter ${i}`,
      expect: 0,
    })
  }
}
