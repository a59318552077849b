import { invalidOption } from '@ns/syscalls'

// include/uapi/linux/rtnetlink.h, pkt_sched.h

/** What a qdisc, a class or a filter has. */
export const TCA = { KIND: 1, OPTIONS: 2, STATS2: 7 } as const
/** Bytes of `struct tcmsg`. */
export const TCMSG = 20
const TC_H_INGRESS = 0xfffffff1
/** Where a filter of clsact is attached: its hooks. */
const hooks = { root: 0xffffffff, ingress: 0xfffffff2, egress: 0xfffffff3 } as const

/** `'1:'` is a qdisc, `'1:10'` a class of it; both are hexadecimal, as `tc` has it. */
export type Handle = string

/** Where something is attached: at the link itself, at a hook of clsact, or at a qdisc or class. */
export type Parent = keyof typeof hooks | Handle

/** `struct tcmsg` */
export function tcmsg(fields: {
  index?: number
  handle?: number
  parent?: number
  info?: number
}): Buffer {
  const memory = Buffer.alloc(TCMSG)
  memory.writeInt32LE(fields.index ?? 0, 4)
  memory.writeUInt32LE(fields.handle ?? 0, 8)
  memory.writeUInt32LE(fields.parent ?? 0, 12)
  memory.writeUInt32LE(fields.info ?? 0, 16)
  return memory
}

/**
 * The number of a handle.
 *
 * @param what the option's name, for the error
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION`
 */
export function handleNumber(what: string, handle: Handle): number {
  const [, major, minor] = /^([\da-f]{1,4}):([\da-f]{0,4})$/i.exec(handle) ?? []
  if (major === undefined)
    throw invalidOption(
      `${what}: ${JSON.stringify(handle)} is no handle such as '1:' or '1:10'`,
      'net',
    )
  return Number.parseInt(major, 16) * 0x10000 + Number.parseInt(minor || '0', 16)
}

/** The number of a parent; that of ingress and clsact themselves is TC_H_INGRESS. */
export function parentNumber(what: string, parent: Parent, kind: string): number {
  if (kind === 'ingress' || kind === 'clsact') return TC_H_INGRESS
  if (Object.hasOwn(hooks, parent)) return hooks[parent as keyof typeof hooks]
  return handleNumber(what, parent)
}

/** The name of a parent. */
export function parentName(parent: number): Parent {
  const [name] = Object.entries(hooks).find(([, number]) => number === parent) ?? []
  if (name) return name as Parent
  return parent === TC_H_INGRESS ? 'ingress' : formatHandle(parent)
}

/** `0x10010` → `'1:10'` */
export function formatHandle(handle: number): Handle {
  const minor = handle % 0x10000
  return `${Math.floor(handle / 0x10000).toString(16)}:${minor ? minor.toString(16) : ''}`
}
