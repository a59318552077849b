/** Something that a child wanted and did not get. */
export interface Refusal {
  /**
   * `'name'`: the resolver was asked for one that is not allowed. `'address'`: a packet to an address or a port that is
   * not. `'sni'`: TLS asked for another server than the name that was resolved, or named none. `'connect'`: it was
   * allowed, and could not be reached.
   */
  readonly reason: 'name' | 'address' | 'sni' | 'connect'
  /** `'tcp'`, `'udp'`, `'icmp'`, `'dns'`, or the number of the protocol. */
  readonly protocol: string
  /** The name, where one is known. */
  readonly host?: string
  /** The address inside. */
  readonly address?: string
  readonly port?: number
  /** Of `'sni'`: what TLS asked for, if anything. */
  readonly serverName?: string
  /** Of `'connect'`, and of a `'name'` that is allowed but could not be given an address. */
  readonly error?: Error
}
