import {
  CLONE_NEW,
  type Contribution,
  checkKeys,
  close,
  eventLoop,
  invalidOption,
  type Plan,
  receive,
  SOCK,
  type Source,
  socketpair,
} from '@ns/syscalls'
import { readAllowList } from './allow-list.ts'
import { Arrival, type Arrived } from './arrival.ts'
import { type Connect, type Connection, outside } from './connect.ts'
import { addSteps } from './inside.ts'
import { Network, type Policy } from './network.ts'
import type { Refusal } from './refusal.ts'

/** What the children of a gate may reach, and who is told of it. */
export interface EgressOptions {
  /**
   * `'registry.example:443'`, `'*.example.org:80'` (all names below it), `'192.0.2.7:22'`, `'[2001:db8::7]:22'`: TCP; UDP
   * is `'time.example:123/udp'`.
   */
  readonly allow: readonly string[]
  /** Is told of each connection that is allowed, before it is made. */
  readonly onConnect?: ((connection: Connection) => void) | undefined
  /** Is told of all that is refused. */
  readonly onRefuse?: ((refusal: Refusal) => void) | undefined
  /**
   * Whether a name may lead into a private network (RFC 1918, RFC 6598, RFC 4193, and others that are not the world's,
   * behind NAT64 too) or to a group of machines (multicast). An address that is listed itself may be anywhere.
   *
   * @default false: who owns a name that is allowed would choose what is reached of yours
   */
  readonly privateNetworks?: boolean | undefined
  /**
   * Connections of one child at once, from 1; those of UDP are counted for each port, and the quietest makes room. Each
   * takes two fds of this process.
   *
   * @default 1024
   */
  readonly maxConnections?: number | undefined
  /** Makes the connections, or answers them itself. @default from this process's own network */
  readonly connect?: Connect | undefined
}

/**
 * A network namespace with no way out but this process: a contribution for any number of children. Close it, or let
 * `await using` do so; connections that are open then end.
 */
export class Egress implements Contribution, AsyncDisposable {
  readonly type = 'net'
  readonly flags: number = CLONE_NEW.net
  readonly #policy: Policy
  readonly #ours: number
  readonly #theirs: number
  readonly #source: Source
  readonly #children = new Set<{ close(): void }>()
  #isOpen = true

  /** @internal use `createEgress` */
  constructor(policy: Policy) {
    this.#policy = policy
    ;[this.#ours, this.#theirs] = socketpair(SOCK.SEQPACKET)
    this.#source = eventLoop.watch(this.#ours, () => this.#read())
    this.#source.unref()
  }

  steps(plan: Plan): void {
    if (!this.#isOpen) throw invalidOption('egress: it is closed', 'net')
    addSteps(plan, plan.fd(this.#theirs, 'gate'), this.#policy.allowList.udpPorts)
  }

  /** Nothing to do yet: that there is a promise makes a start refuse that blocks, which nobody could serve. */
  async parent(): Promise<void> {}

  #read(): void {
    for (let message = receive(this.#ours); message; message = receive(this.#ours)) {
      if (message.fd === undefined) return
      const arrival: Arrival = new Arrival(message.fd, (arrived) => {
        this.#children.delete(arrival)
        if (arrived) this.#serve(arrived)
      })
      this.#children.add(arrival)
    }
  }

  #serve(arrived: Arrived): void {
    const open = Network.open(arrived, this.#policy, (network) => this.#children.delete(network))
    this.#children.add(open)
  }

  /** Ends what it serves: children that still run reach nothing any more. A second time does nothing. */
  async close(): Promise<void> {
    if (!this.#isOpen) return
    this.#isOpen = false
    for (const child of this.#children) child.close()
    this.#source.close()
    close(this.#ours)
    close(this.#theirs)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

const keys = ['allow', 'onConnect', 'onRefuse', 'privateNetworks', 'maxConnections', 'connect']

/**
 * A gate for children that have no network but names that they were allowed. Inside there is `lo` and nothing else; every
 * connection arrives at this process, is checked by name and port, and is made from here.
 *
 * @returns a contribution: `spawn('npm', ['ci'], { namespaces: { user: true, net: gate } })`
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION` for malformed entries
 */
export async function createEgress(options: EgressOptions): Promise<Egress> {
  checkKeys('egress', options, keys, 'net')
  const { allow, onConnect, onRefuse, privateNetworks, maxConnections = 1024, connect } = options
  for (const [key, value] of Object.entries({ onConnect, onRefuse, connect }))
    if (value !== undefined && typeof value !== 'function')
      throw invalidOption(`egress.${key}: a function is wanted`, 'net')
  if (privateNetworks !== undefined && typeof privateNetworks !== 'boolean')
    throw invalidOption('egress.privateNetworks: a boolean is wanted', 'net')
  if (!Number.isSafeInteger(maxConnections) || maxConnections < 1)
    throw invalidOption('egress.maxConnections: a number from 1 is wanted', 'net')
  if (privateNetworks !== undefined && connect)
    throw invalidOption(
      'egress.privateNetworks: with connect, that decides where names lead',
      'net',
    )
  return new Egress({
    allowList: readAllowList(allow),
    connect: connect ?? outside(privateNetworks ?? false),
    maxConnections,
    onConnect: onConnect ?? (() => {}),
    onRefuse: onRefuse ?? (() => {}),
  })
}
