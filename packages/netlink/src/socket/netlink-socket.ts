import {
  AF_NETLINK,
  close,
  descriptor,
  type NamespaceRef,
  openInside,
  type RunningOptions,
  SOCK,
  succeed,
} from '@ns/syscalls'
import { NLM_F } from '../codec/constants.ts'
import { decodeMessages, encodeMessages, type Message, type Request } from '../codec/message.ts'
import { NetlinkError } from '../errors/netlink-error.ts'
import { NETLINK, SOL_NETLINK } from './constants.ts'
import { Datagrams } from './datagrams.ts'
import { collectDump } from './dump.ts'
import { collectReplies, type Reply } from './exchange.ts'

/** Acknowledgements have to fit the socket's buffer: about 270 do by default. */
const AT_ONCE = 64

/** A dump that others' changes interrupt is begun anew so many times. */
const ATTEMPTS = 8

/**
 * A netlink socket: for its life bound to the network namespace in which it was opened. Close it, or let `using` do so.
 *
 * Calls are synchronous: the kernel does the work within `sendto` and its answers are queued when that returns, so a
 * read never waits, and one that finds nothing is an error, not a hang. Waiting by the event loop would gain nothing:
 * what can take long, the kernel's own lock, is waited for in `sendto` (rtnetlink(7)).
 */
export class NetlinkSocket {
  /** Of `NETLINK_PROTOCOL`. */
  readonly protocol: number
  readonly #datagrams = new Datagrams()
  #sequence = 0
  #fd: number

  private constructor(protocol: number, fd: number) {
    this.protocol = protocol
    this.#fd = fd
    // Strict checking: what the kernel would overlook is refused, filters of dumps are applied or refused (Linux 4.20).
    this.set(NETLINK.GET_STRICT_CHK, 1)
    this.set(NETLINK.EXT_ACK, 1)
    this.set(NETLINK.CAP_ACK, 1)
  }

  /**
   * Opens one in the namespace of the calling thread.
   *
   * @param protocol of `NETLINK_PROTOCOL`
   */
  static open(protocol: number): NetlinkSocket {
    const type = SOCK.RAW | SOCK.CLOEXEC
    return NetlinkSocket.#own(protocol, descriptor({}, 'socket', AF_NETLINK, type, protocol))
  }

  /**
   * Opens one in a namespace that exists, without entering it: a short-lived process does that, rootless too.
   *
   * @param protocol of `NETLINK_PROTOCOL`
   * @throws {NamespaceError} when it is no network namespace, or may not be entered
   */
  static async openInside(
    protocol: number,
    net: NamespaceRef,
    { user }: RunningOptions = {},
  ): Promise<NetlinkSocket> {
    const fd = await openInside({ user, net }, (plan, result) =>
      plan.in('net').openNetlink(protocol, result),
    )
    return NetlinkSocket.#own(protocol, fd)
  }

  /**
   * Takes over one that was opened elsewhere, and belongs to the namespace that it was opened in.
   *
   * @param fd closed here when this fails
   */
  static from(protocol: number, fd: number): NetlinkSocket {
    return NetlinkSocket.#own(protocol, fd)
  }

  static #own(protocol: number, fd: number): NetlinkSocket {
    try {
      return new NetlinkSocket(protocol, fd)
    } catch (error) {
      close(fd)
      throw error
    }
  }

  /** The fd; -1 once closed, as its number may be another file's by then. */
  get fd(): number {
    return this.#fd
  }

  /** Sets an option of `NETLINK` to a number. */
  set(option: number, value: number): void {
    const memory = Buffer.alloc(4)
    memory.writeInt32LE(value)
    succeed({}, 'setsockopt', this.fd, SOL_NETLINK, option, memory, memory.length)
  }

  /**
   * Has one request carried out.
   *
   * @returns what came before the acknowledgement
   * @throws {NetlinkError} what the kernel answered
   */
  request(request: Request): readonly Message[] {
    const [reply] = this.requests([request])
    if (reply?.error) throw reply.error
    return reply?.messages ?? []
  }

  /** Has requests carried out, each on its own, in their order. One that is refused does not stop the others. */
  requests(requests: readonly Request[]): Reply[] {
    const replies: Reply[] = []
    for (let at = 0; at < requests.length; at += AT_ONCE)
      replies.push(...this.#exchange(requests.slice(at, at + AT_ONCE)))
    return replies
  }

  #exchange(requests: readonly Request[]): Reply[] {
    const first = this.send(requests, NLM_F.REQUEST | NLM_F.ACK)
    return collectReplies(requests, first, () => this.#wanted(requests[0] as Request))
  }

  /**
   * Asks for all objects of a kind. A dump that changes interrupt is begun anew, eight times at most.
   *
   * @throws {NetlinkError} what the kernel answered; `EINTR` when it was interrupted each time
   */
  dump(request: Request): Message[] {
    for (let left = ATTEMPTS; left > 0; left--) {
      const first = this.send([request], NLM_F.REQUEST | NLM_F.DUMP)
      const messages = this.#collect(request, first)
      if (messages) return messages
    }
    const text = `other changes interrupted the dump ${ATTEMPTS} times`
    throw new NetlinkError({ errno: 'EINTR', call: request.name, text })
  }

  #collect(request: Request, sequence: number): Message[] | undefined {
    try {
      return collectDump(request, sequence, () => this.#wanted(request))
    } catch (error) {
      // A dump that goes on would refuse the next one: EBUSY.
      while (this.receive() !== undefined);
      throw error
    }
  }

  /**
   * Sends messages in one datagram, as they are: for what `request` and `dump` don't do, such as a batch of nf_tables.
   *
   * @param flags of `NLM_F`, for all of them
   * @returns the first one's number; those that follow count on
   */
  send(requests: readonly Request[], flags: number = NLM_F.REQUEST): number {
    const first = (this.#sequence + 1) >>> 0 || 1 // 0 is the number of notifications
    this.#sequence = first + requests.length - 1
    const bytes = encodeMessages(requests, first, flags)
    succeed({}, 'sendto', this.fd, bytes, bytes.length, 0, null, 0)
    return first
  }

  /**
   * The next datagram's messages, whatever they answer; `undefined` when nothing is queued.
   *
   * @throws {SyscallError} `ENOBUFS` when the kernel had more to say than the socket could hold
   */
  receive(): Message[] | undefined {
    const bytes = this.#datagrams.read(this.fd)
    return bytes && decodeMessages(bytes)
  }

  #wanted({ name }: Request): Message[] {
    const messages = this.receive()
    if (messages) return messages
    throw new NetlinkError({ errno: 'ENODATA', call: name, text: 'the kernel did not answer' })
  }

  /** Closes the fd; a second time does nothing. */
  close(): void {
    if (this.#fd < 0) return
    close(this.#fd)
    this.#fd = -1
  }

  [Symbol.dispose](): void {
    this.close()
  }
}
