import { formatIp } from '@ns/netlink'
import { canonical } from './address.ts'
import type { AllowList } from './allow-list.ts'
import type { Service } from './service.ts'

/** Who is meant by an address inside, and how it may be reached. */
export interface Target {
  /** The name, or the address itself where that was listed. */
  readonly host: string
  readonly services: ReadonlySet<Service>
  /** Whether a name was resolved to get there: TLS has to ask for the same one. */
  readonly isName: boolean
}

/** What stands for an allowed name inside. */
export interface MadeUp {
  readonly ipv4: string
  readonly ipv6: string
  readonly services: ReadonlySet<Service>
}

/** 198.18.0.0/15 (RFC 2544, benchmarks) is on no real network. */
const FIRST = (198 << 24) | (18 << 16)
/** All but the first, the last, and the child's own. */
const MOST = 2 ** 17 - 3
/** Of fd00::/8 (RFC 4193): unique, and nobody else's. */
const PREFIX = 'fd6e:7365:6772:0:0:0'

/** What lo has inside beside its own: with those alone libc looks up no address (AI_ADDRCONFIG, getaddrinfo(3)). */
export const ownAddresses = { ip: '198.19.255.254/32', ip6: 'fd6e:7365:6772:1::1/128' } as const

/** What one child may connect to by now: the addresses that are listed, and those that its resolver has made up. */
export class Targets {
  readonly #allowList: AllowList
  readonly #byAddress = new Map<string, Target>()
  readonly #byName = new Map<string, MadeUp>()

  constructor(allowList: AllowList) {
    this.#allowList = allowList
    for (const [host, services] of allowList.addresses)
      this.#byAddress.set(host, { host, services, isName: false })
  }

  find(address: string): Target | undefined {
    return this.#byAddress.get(address)
  }

  /**
   * The addresses of a name; it keeps them as long as the child lives.
   *
   * @param open is told of new ones before they are used
   * @returns `undefined` for a name that is not allowed
   * @throws {Error} when all addresses are taken, and what `open` throws
   */
  resolve(name: string, open: (made: MadeUp) => void): MadeUp | undefined {
    const known = this.#byName.get(name)
    if (known) return known
    const services = this.#allowList.servicesOf(name)
    if (services.size === 0) return undefined
    const number = this.#byName.size + 1
    if (number > MOST) throw new Error(`${MOST} names were resolved: no address is left`)
    const made = { ...addressesOf(number), services }
    open(made)
    this.#byName.set(name, made)
    for (const address of [made.ipv4, made.ipv6])
      this.#byAddress.set(address, { host: name, services, isName: true })
    return made
  }
}

function addressesOf(number: number): { ipv4: string; ipv6: string } {
  const four = Buffer.alloc(4)
  four.writeInt32BE(FIRST + number)
  const suffix = `${(number >> 16).toString(16)}:${(number & 0xffff).toString(16)}`
  return { ipv4: formatIp(four), ipv6: canonical(`${PREFIX}:${suffix}`) }
}
