import { type Netlink, u32 } from '@ns/netlink'
import { GSO_MAX_SEGS, IFLA, RTM_NEWLINK } from '../constants.ts'

/**
 * How many segments the kernel may hand to a link as one packet: with one each packet is lost, delayed and counted alone,
 * with many the line is a lot faster.
 */
export function setBundling(netlink: Netlink, dev: string, isAllowed: boolean): void {
  const header = Buffer.alloc(16) // struct ifinfomsg
  header.writeInt32LE(netlink.links.index(dev), 4)
  netlink.request({
    name: 'RTM_NEWLINK',
    subject: dev,
    type: RTM_NEWLINK,
    header,
    attributes: [u32(IFLA, 'GSO_MAX_SEGS', isAllowed ? GSO_MAX_SEGS : 1)],
  })
}
