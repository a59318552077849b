import { CAPABILITY_VERSION } from '../kernel/constants.ts'
import { attempt } from './result.ts'

/** `CAP_SYS_ADMIN` of `include/uapi/linux/capability.h` */
const SYS_ADMIN = 21

/** Whether this process has CAP_SYS_ADMIN in its own user namespace: what making namespaces takes. */
export function isPrivileged(): boolean {
  const header = Buffer.alloc(8)
  header.writeUInt32LE(CAPABILITY_VERSION, 0)
  const data = Buffer.alloc(24)
  attempt('capget', header, data)
  return (data.readUInt32LE(0) & (1 << SYS_ADMIN)) !== 0
}
