import { text } from '../codec/attribute.ts'
import { NLM_F } from '../codec/constants.ts'
import type { LinkRef } from '../links/link.ts'
import type { Links } from '../links/links.ts'
import { rtm } from '../rtnetlink/request.ts'
import type { NetlinkSocket } from '../socket/netlink-socket.ts'
import {
  type Discipline,
  encodeDiscipline,
  type Place,
  parseDiscipline,
  type QueueState,
} from './discipline.ts'
import { handleNumber, parentNumber, TCA, tcmsg } from './tcmsg.ts'

const names = {
  qdisc: { NEW: 'NEWQDISC', DEL: 'DELQDISC', GET: 'GETQDISC' },
  class: { NEW: 'NEWTCLASS', DEL: 'DELTCLASS', GET: 'GETTCLASS' },
} as const

/** Queueing disciplines of links, or their classes. */
export class Queues {
  readonly #socket: NetlinkSocket
  readonly #links: Links
  readonly #what: keyof typeof names

  constructor(socket: NetlinkSocket, links: Links, what: keyof typeof names) {
    this.#socket = socket
    this.#links = links
    this.#what = what
  }

  /** Those of a link. */
  list(dev: LinkRef): QueueState[] {
    const index = this.#links.index(dev)
    const header = tcmsg({ index })
    return this.#socket
      .dump(rtm(names[this.#what].GET, { header, subject: `${dev}` }))
      .map((message) => parseDiscipline(message))
      .filter((state) => state.index === index)
  }

  /**
   * Adds one: `qdiscs.add(tbf({ dev: 'a', rate: 10e6, burst: 10_000 }))`
   *
   * @throws {NetlinkError} `EEXIST` when there is one in this place, `ENOENT` when the kernel has no such kind
   */
  add(discipline: Discipline): void {
    this.#new(discipline, NLM_F.CREATE | NLM_F.EXCL)
  }

  /** Sees to it that there is this one, in the place of another. */
  ensure(discipline: Discipline): void {
    this.#new(discipline, NLM_F.CREATE | NLM_F.REPLACE)
  }

  #new(discipline: Discipline, flags: number): void {
    const request = encodeDiscipline(this.#what, discipline, this.#links)
    this.#socket.request(rtm(names[this.#what].NEW, { ...request, flags }))
  }

  /**
   * Takes one away, with all that is below it.
   *
   * @param place with `kind` for ingress and clsact
   * @throws {NetlinkError} `ENOENT` when there is none
   */
  remove(place: Place & { readonly kind?: string | undefined }): void {
    const { dev, parent = 'root', handle, kind } = place
    const header = tcmsg({
      index: this.#links.index(dev),
      parent: parentNumber(`${this.#what}.parent`, parent, kind ?? ''),
      handle: handle === undefined ? 0 : handleNumber(`${this.#what}.handle`, handle),
    })
    const attributes = kind === undefined ? [] : [text(TCA, 'KIND', kind)]
    this.#socket.request(rtm(names[this.#what].DEL, { header, attributes, subject: `${dev}` }))
  }
}
