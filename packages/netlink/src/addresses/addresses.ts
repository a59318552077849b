import { checkKeys } from '@ns/syscalls'
import { NLM_F } from '../codec/constants.ts'
import type { LinkRef } from '../links/link.ts'
import type { Links } from '../links/links.ts'
import { ifaddrmsg } from '../rtnetlink/headers.ts'
import { rtm } from '../rtnetlink/request.ts'
import type { NetlinkSocket } from '../socket/netlink-socket.ts'
import { AF, type Family, familyNumber } from '../text/ip.ts'
import { type Address, parseAddress } from './address.ts'
import { encodeAddress, type NewAddress } from './new-address.ts'

/** Addresses of links. */
export class Addresses {
  readonly #socket: NetlinkSocket
  readonly #links: Links

  constructor(socket: NetlinkSocket, links: Links) {
    this.#socket = socket
    this.#links = links
  }

  /** All of them, or those of a link or a family. */
  list({
    dev,
    family,
  }: {
    dev?: LinkRef | undefined
    family?: Family | undefined
  } = {}): Address[] {
    const index = dev === undefined ? 0 : this.#links.index(dev)
    const header = ifaddrmsg({ family: familyNumber(family), index })
    return this.#socket
      .dump(rtm('GETADDR', { header, subject: dev === undefined ? undefined : `${dev}` }))
      .filter(({ payload }) => payload[0] === AF.INET || payload[0] === AF.INET6)
      .map((message) => parseAddress(message))
  }

  /**
   * Adds an address.
   *
   * @throws {NetlinkError} `EEXIST` when the link has it
   */
  add(address: NewAddress): void {
    this.#new(address, NLM_F.CREATE | NLM_F.EXCL)
  }

  /** Sees to it that the link has this address, with these lifetimes. */
  ensure(address: NewAddress): void {
    this.#new(address, NLM_F.CREATE | NLM_F.REPLACE)
  }

  #new(address: NewAddress, flags: number): void {
    const { header, attributes } = encodeAddress(address, this.#links.index(address.dev))
    this.#socket.request(rtm('NEWADDR', { header, attributes, flags, subject: address.address }))
  }

  /**
   * Takes an address away.
   *
   * @throws {NetlinkError} `EADDRNOTAVAIL` when the link doesn't have it
   */
  remove(address: Pick<NewAddress, 'dev' | 'address' | 'peer'>): void {
    checkKeys('address', address, ['dev', 'address', 'peer'], 'net')
    const { header, attributes } = encodeAddress(
      { ...address, broadcast: false },
      this.#links.index(address.dev),
    )
    this.#socket.request(rtm('DELADDR', { header, attributes, subject: address.address }))
  }
}
