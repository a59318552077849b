import { CAPABILITY_VERSION } from '../kernel/constants.ts'
import { attempt } from './result.ts'

/** `include/uapi/linux/capability.h` */
export const CAP = { SETGID: 6, SETUID: 7, SYS_ADMIN: 21, SETFCAP: 31 } as const

/** Whether this process has CAP_SYS_ADMIN in its own user namespace: what making namespaces takes. */
export function isPrivileged(): boolean {
  return hasCapability(CAP.SYS_ADMIN)
}

/** Whether this process has a capability in effect, in its own user namespace; one of `CAP`. */
export function hasCapability(capability: number): boolean {
  const header = Buffer.alloc(8)
  header.writeUInt32LE(CAPABILITY_VERSION, 0)
  const data = Buffer.alloc(24)
  attempt('capget', header, data)
  return (data.readUInt32LE(0) & (1 << capability)) !== 0
}
