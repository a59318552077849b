import type { NamespaceRef, RunningOptions } from '@ns/syscalls'
import { text } from '../codec/attribute.ts'
import { Attributes } from '../codec/attributes.ts'
import { NLM_F, NLMSG } from '../codec/constants.ts'
import { type Message, type Request, splitPayload } from '../codec/message.ts'
import { readAck, refusal } from '../errors/extended-ack.ts'
import { NetlinkError } from '../errors/netlink-error.ts'
import { NETLINK_PROTOCOL } from '../socket/constants.ts'
import { NetlinkSocket } from '../socket/netlink-socket.ts'
import { type Change, nft, type Table } from './change.ts'
import {
  NFNL_MSG_BATCH,
  NFNL_SUBSYS_NFTABLES,
  NFPROTO,
  NFTA_COUNTER,
  NFTA_EXPR,
  NFTA_LIST,
  NFTA_RULE,
  NFTA_TABLE,
} from './constants.ts'

/** Bytes of `struct nfgenmsg`. */
const NFGENMSG = 4

/** A rule as it stands. */
export interface Rule {
  readonly chain: string
  /** What `deleteRules` takes. */
  readonly handle: bigint
  /** The names of its expressions, in their order. */
  readonly expressions: readonly string[]
  /** What its counter has seen; absent without one. */
  readonly counter?: { readonly packets: bigint; readonly bytes: bigint }
}

/**
 * A client of nf_tables, for its life bound to one network namespace. Close it, or let `using` do so.
 *
 * What it does not speak is for `applyJson`.
 */
export class Nftables {
  readonly #socket: NetlinkSocket

  private constructor(socket: NetlinkSocket) {
    this.#socket = socket
  }

  /** A client of the calling thread's own network namespace. */
  static open(): Nftables {
    return new Nftables(NetlinkSocket.open(NETLINK_PROTOCOL.NETFILTER))
  }

  /** A client of a network namespace that exists, as `Netlink.openInside`. */
  static async openInside(net: NamespaceRef, options: RunningOptions = {}): Promise<Nftables> {
    return new Nftables(await NetlinkSocket.openInside(NETLINK_PROTOCOL.NETFILTER, net, options))
  }

  /** A client by a socket of NETLINK_NETFILTER that is open already, as `Netlink.from`. */
  static from(fd: number): Nftables {
    return new Nftables(NetlinkSocket.from(NETLINK_PROTOCOL.NETFILTER, fd))
  }

  /**
   * Makes all changes at once, or none: no packet sees a half of them.
   *
   * @throws {NetlinkError} of the first change that was refused; `path` is its table and chain
   */
  apply(changes: readonly Change[]): void {
    if (changes.length === 0) return
    // An error is always told, success only where it is asked for: one answer fits the socket, thousands don't.
    const last = changes.length - 1
    const asked = changes.map((change, i) =>
      i === last ? { ...change, flags: (change.flags ?? 0) | NLM_F.ACK } : change,
    )
    const messages = [batch('BEGIN'), ...asked, batch('END')]
    const first = this.#socket.send(messages)
    for (const message of this.#answers(changes[last] as Change)) {
      if (message.type !== NLMSG.ERROR) continue
      const verdict = readAck(message)
      const change = messages[(message.sequence - first) >>> 0] ?? (changes[last] as Change)
      if (verdict.errno !== 0) throw refusal(change, verdict)
    }
  }

  /** All that is queued: the kernel has answered when `send` returns. */
  #answers({ name }: Request): Message[] {
    const all: Message[] = []
    for (let some = this.#socket.receive(); some; some = this.#socket.receive()) all.push(...some)
    if (all.length > 0) return all
    throw new NetlinkError({ errno: 'ENODATA', call: name, text: 'the kernel did not answer' })
  }

  /**
   * Has `nft` carry out what this package does not speak: a document of libnftables-json(5), `{ nftables: [{ add: … }] }`, all of
   * it or none. The program runs in the namespace.
   *
   * @throws {NamespaceError} `ERR_NS_EXIT` with what it complained of
   * @throws {Error} `ENOENT` when it is not installed
   */
  async applyJson(document: object): Promise<void> {
    const { runNft } = await import('./json.ts')
    await runNft(this.#socket.fd, ['-j', '-f', '-'], JSON.stringify(document))
  }

  /** The whole rule set as `nft` has it, a document of libnftables-json(5); errors as of `applyJson`. */
  async listJson(): Promise<{ readonly nftables: readonly object[] }> {
    const { runNft } = await import('./json.ts')
    return JSON.parse(await runNft(this.#socket.fd, ['-j', 'list', 'ruleset'], ''))
  }

  /** All tables. */
  tables(): Table[] {
    return this.#socket.dump(nft('GETTABLE', undefined, [])).map((message) => {
      const { header, attributes } = splitPayload(message, NFGENMSG)
      const family = nameOf(header.readUInt8(0))
      return { family, name: attributes.text(NFTA_TABLE.NAME) ?? '' }
    })
  }

  /** The rules of a table, chain by chain in their order. */
  rules({ family, name }: Table): Rule[] {
    const filter = [text(NFTA_RULE, 'TABLE', name)]
    return this.#socket
      .dump(nft('GETRULE', family, filter, { subject: name }))
      .map((message) => parseRule(splitPayload(message, NFGENMSG).attributes))
  }

  /** Closes the socket; a second time does nothing. */
  close(): void {
    this.#socket.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }
}

function batch(which: keyof typeof NFNL_MSG_BATCH): Request {
  const header = Buffer.from([0, 0, 0, NFNL_SUBSYS_NFTABLES]) // nfgenmsg.res_id, in network order
  const type = NFNL_MSG_BATCH[which]
  return { name: `NFNL_MSG_BATCH_${which}`, type, header, attributes: [] }
}

function nameOf(number: number): Table['family'] {
  const names = Object.keys(NFPROTO) as Table['family'][]
  const name = names.find((key) => NFPROTO[key] === number)
  if (name) return name
  throw new NetlinkError({ errno: 'EBADMSG', call: 'decode', text: `a table of family ${number}` })
}

function parseRule(found: Attributes): Rule {
  const list = found.nested(NFTA_RULE.EXPRESSIONS)?.all ?? []
  const expressions = list
    .filter(({ type }) => type === NFTA_LIST.ELEM)
    .map(({ value }) => Attributes.parse(value))
  const counted = expressions.find((one) => one.text(NFTA_EXPR.NAME) === 'counter')
  const counter = counted?.nested(NFTA_EXPR.DATA)
  return {
    chain: found.text(NFTA_RULE.CHAIN) ?? '',
    handle: found.be64(NFTA_RULE.HANDLE) ?? 0n,
    expressions: expressions.map((one) => one.text(NFTA_EXPR.NAME) ?? ''),
    ...(counter && {
      counter: {
        packets: counter.be64(NFTA_COUNTER.PACKETS) ?? 0n,
        bytes: counter.be64(NFTA_COUNTER.BYTES) ?? 0n,
      },
    }),
  }
}
