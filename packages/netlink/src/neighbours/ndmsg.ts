// include/uapi/linux/neighbour.h

export const NDA = { DST: 1, LLADDR: 2, VLAN: 5, PORT: 6, VNI: 7, IFINDEX: 8, MASTER: 9 } as const
/** `NUD_…` */
export const states = {
  incomplete: 1,
  reachable: 2,
  stale: 4,
  delay: 8,
  probe: 0x10,
  failed: 0x20,
  noarp: 0x40,
  permanent: 0x80,
} as const
export const NTF = { SELF: 2, MASTER: 4, PROXY: 8 } as const
/** Bytes of `struct ndmsg`. */
export const NDMSG = 12

/** What is known of a neighbour. */
export type NeighbourState = keyof typeof states

/** `struct ndmsg` */
export function ndmsg(fields: {
  family: number
  index?: number
  state?: number
  flags?: number
}): Buffer {
  const memory = Buffer.alloc(NDMSG)
  memory.writeUInt8(fields.family, 0)
  memory.writeInt32LE(fields.index ?? 0, 4)
  memory.writeUInt16LE(fields.state ?? 0, 8)
  memory.writeUInt8(fields.flags ?? 0, 10)
  return memory
}

/** The name of the highest bit; none is `'none'`. */
export function stateName(state: number): NeighbourState | 'none' {
  const names = Object.keys(states) as NeighbourState[]
  return names.findLast((name) => (state & states[name]) !== 0) ?? 'none'
}
