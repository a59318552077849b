import { NLM_F } from '../codec/constants.ts'
import { rtm } from '../rtnetlink/request.ts'
import type { NetlinkSocket } from '../socket/netlink-socket.ts'
import { AF, type Family, familyNumber } from '../text/ip.ts'
import { encodeRule, FIB_RULE_HDR, parseRule, type RoutingRule } from './rule.ts'

/** Rules that choose the routing table. */
export class Rules {
  readonly #socket: NetlinkSocket

  constructor(socket: NetlinkSocket) {
    this.#socket = socket
  }

  /** All of them, in the order in which they are looked at; of one family or of both. */
  list({ family }: { family?: Family | undefined } = {}): RoutingRule[] {
    const header = Buffer.alloc(FIB_RULE_HDR)
    header.writeUInt8(familyNumber(family))
    return this.#socket
      .dump(rtm('GETRULE', { header }))
      .filter(({ payload }) => payload[0] === AF.INET || payload[0] === AF.INET6)
      .map((message) => parseRule(message))
  }

  /**
   * Adds a rule.
   *
   * @throws {NetlinkError} `EEXIST` when there is the same one with this priority
   */
  add(rule: RoutingRule): void {
    this.#socket.request(rtm('NEWRULE', { ...encodeRule(rule), flags: NLM_F.CREATE | NLM_F.EXCL }))
  }

  /** Sees to it that there is this rule; without a priority a second one would be added. */
  ensure(rule: RoutingRule & { readonly priority: number }): void {
    const request = rtm('NEWRULE', { ...encodeRule(rule), flags: NLM_F.CREATE | NLM_F.EXCL })
    const [reply] = this.#socket.requests([request])
    if (reply?.error && reply.error.code !== 'EEXIST') throw reply.error
  }

  /**
   * Takes away the first rule that fits all that is given.
   *
   * @throws {NetlinkError} `ENOENT` when there is none
   */
  remove(rule: RoutingRule): void {
    this.#socket.request(rtm('DELRULE', encodeRule(rule)))
  }
}
