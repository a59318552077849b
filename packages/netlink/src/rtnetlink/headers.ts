// The structs in front of the attributes, as rtnetlink(7) and include/uapi/linux/rtnetlink.h have them.

/** Bytes of `struct ifinfomsg`. */
export const IFINFOMSG = 16
/** Bytes of `struct ifaddrmsg`. */
export const IFADDRMSG = 8
/** Bytes of `struct rtmsg`. */
export const RTMSG = 12

/** `struct ifinfomsg` */
export function ifinfomsg(
  fields: { family?: number; index?: number; flags?: number; change?: number } = {},
): Buffer {
  const memory = Buffer.alloc(IFINFOMSG)
  memory.writeUInt8(fields.family ?? 0, 0)
  memory.writeInt32LE(fields.index ?? 0, 4)
  memory.writeUInt32LE(fields.flags ?? 0, 8)
  memory.writeUInt32LE(fields.change ?? 0, 12)
  return memory
}

/** `struct ifaddrmsg` */
export function ifaddrmsg(fields: {
  family?: number
  prefix?: number
  flags?: number
  scope?: number
  index?: number
}): Buffer {
  const memory = Buffer.alloc(IFADDRMSG)
  memory.writeUInt8(fields.family ?? 0, 0)
  memory.writeUInt8(fields.prefix ?? 0, 1)
  memory.writeUInt8((fields.flags ?? 0) & 0xff, 2)
  memory.writeUInt8(fields.scope ?? 0, 3)
  memory.writeUInt32LE(fields.index ?? 0, 4)
  return memory
}

/** `struct rtmsg` */
export function rtmsg(fields: {
  family?: number
  destination?: number
  source?: number
  tos?: number
  table?: number
  protocol?: number
  scope?: number
  type?: number
  flags?: number
}): Buffer {
  const memory = Buffer.alloc(RTMSG)
  memory.writeUInt8(fields.family ?? 0, 0)
  memory.writeUInt8(fields.destination ?? 0, 1)
  memory.writeUInt8(fields.source ?? 0, 2)
  memory.writeUInt8(fields.tos ?? 0, 3)
  memory.writeUInt8(fields.table ?? 0, 4)
  memory.writeUInt8(fields.protocol ?? 0, 5)
  memory.writeUInt8(fields.scope ?? 0, 6)
  memory.writeUInt8(fields.type ?? 0, 7)
  memory.writeUInt32LE(fields.flags ?? 0, 8)
  return memory
}
