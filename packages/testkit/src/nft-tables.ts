import { AF_NETLINK, attempt, close, descriptor, MSG, SOCK } from '@ns/syscalls'

// include/uapi/linux: netlink.h, netfilter/nfnetlink.h, netfilter/nf_tables.h
const NETLINK_NETFILTER = 12
const NLMSG_HDRLEN = 16
const NLM_F = { REQUEST: 1, DUMP: 0x300 } as const
const NFNL_SUBSYS_NFTABLES = 10
const NFT_MSG = { NEWTABLE: 0, GETTABLE: 1 } as const
const NFGENMSG = 4
const NFTA_TABLE_NAME = 1

/**
 * The tables of nf_tables in this process's network namespace, by family and name. Who may not look, without CAP_NET_ADMIN
 * there, can't make one either; and where the kernel has none there are none.
 *
 * By hand: `@ns/netlink` is tested with this package.
 */
export function nftTables(): string[] {
  const socket = descriptor({}, 'socket', AF_NETLINK, SOCK.RAW | SOCK.CLOEXEC, NETLINK_NETFILTER)
  try {
    const request = Buffer.alloc(NLMSG_HDRLEN + NFGENMSG)
    request.writeUInt32LE(request.length, 0)
    request.writeUInt16LE((NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG.GETTABLE, 4)
    request.writeUInt16LE(NLM_F.REQUEST | NLM_F.DUMP, 6)
    if (attempt('sendto', socket, request, request.length, 0, null, 0) < 0) return []
    const memory = Buffer.alloc(65_536)
    const tables: string[] = []
    for (;;) {
      const length = attempt('recvfrom', socket, memory, memory.length, MSG.DONTWAIT, null)
      if (length <= 0) return tables.sort()
      tables.push(...namesIn(memory.subarray(0, length)))
    }
  } finally {
    close(socket)
  }
}

function namesIn(bytes: Buffer): string[] {
  const names: string[] = []
  for (let at = 0; at + NLMSG_HDRLEN <= bytes.length; ) {
    const length = bytes.readUInt32LE(at)
    if (bytes.readUInt16LE(at + 4) === ((NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG.NEWTABLE))
      names.push(nameIn(bytes.subarray(at + NLMSG_HDRLEN, at + length)))
    at += (length + 3) & ~3
  }
  return names
}

function nameIn(message: Buffer): string {
  for (let at = NFGENMSG; at + 4 <= message.length; ) {
    const length = message.readUInt16LE(at)
    if (message.readUInt16LE(at + 2) === NFTA_TABLE_NAME)
      return `${message[0]} ${message.toString('utf8', at + 4, at + length - 1)}`
    at += (length + 3) & ~3
  }
  return `${message[0]} (without a name)`
}
