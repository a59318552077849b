import { CAP, CAPABILITY_VERSION } from '../kernel/constants.ts'
import { attempt } from './result.ts'

/** `struct __user_cap_data_struct`, twice: the lower and the upper 32 bits. */
const DATA_SIZE = 24
const EFFECTIVE = 0
const PERMITTED = 4
const INHERITABLE = 8
const UPPER = 12

/** Three of a thread's sets, a bit for each capability (capget(2)). */
export interface CapabilitySets {
  readonly effective: bigint
  readonly permitted: bigint
  readonly inheritable: bigint
}

/** `struct __user_cap_header_struct` of the calling thread. */
export function capabilityHeader(): Buffer {
  const header = Buffer.alloc(8)
  header.writeUInt32LE(CAPABILITY_VERSION, 0)
  return header
}

/** The sets as capset(2) takes them. */
export function capabilityData({ effective, permitted, inheritable }: CapabilitySets): Buffer {
  const data = Buffer.alloc(DATA_SIZE)
  const sets = [
    [EFFECTIVE, effective],
    [PERMITTED, permitted],
    [INHERITABLE, inheritable],
  ] as const
  for (const [offset, set] of sets) {
    data.writeUInt32LE(Number(BigInt.asUintN(32, set)), offset)
    data.writeUInt32LE(Number(BigInt.asUintN(32, set >> 32n)), offset + UPPER)
  }
  return data
}

/** What this process is permitted in its own user namespace. */
export function ownPermitted(): bigint {
  const data = ownData()
  const upper = BigInt(data.readUInt32LE(PERMITTED + UPPER))
  return (upper << 32n) | BigInt(data.readUInt32LE(PERMITTED))
}

/** Whether this process has CAP_SYS_ADMIN in its own user namespace: what making namespaces takes. */
export function isPrivileged(): boolean {
  return hasCapability(CAP.SYS_ADMIN)
}

/** Whether this process has a capability in effect, in its own user namespace; one of `CAP`. */
export function hasCapability(capability: number): boolean {
  const half = ownData().readUInt32LE(EFFECTIVE + (capability >> 5) * UPPER)
  return (half & (1 << (capability & 31))) !== 0
}

function ownData(): Buffer {
  const data = Buffer.alloc(DATA_SIZE)
  attempt('capget', capabilityHeader(), data)
  return data
}
