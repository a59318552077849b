import type { Change, Statement, Table } from '@ns/netlink'
import { checkKeys, invalidOption } from '@ns/syscalls'
import type { NetNs } from '../net-ns/net-ns.ts'
import { checkPort } from '../sockets/ports.ts'

const sysctls = { ipv4: 'net.ipv4.ip_forward', ipv6: 'net.ipv6.conf.all.forwarding' } as const

/** Makes a router of a namespace: what arrives for others is passed on. */
export async function forwarding(
  ns: NetNs,
  families: readonly (keyof typeof sysctls)[] = ['ipv4', 'ipv6'],
): Promise<void> {
  const unknown = families.find((family) => !(family in sysctls))
  if (unknown !== undefined) throw invalidOption(`forwarding: unknown: ${unknown}`, 'net')
  await ns.setSysctls(Object.fromEntries(families.map((family) => [sysctls[family], 1])))
}

/** Rules in a table of their own. */
export interface Ruleset extends AsyncDisposable {
  readonly table: string
  /** Takes the table away; a second time does nothing. */
  remove(): Promise<void>
}

/** Whose packets leave with another address. */
export interface MasqueradeOptions {
  /** The link that they leave by. @default any but `lo` */
  readonly output?: string | undefined
  /** The network that they come from: `'10.0.0.0/24'`. @default any */
  readonly from?: string | undefined
  /** @default 'masquerade' */
  readonly table?: string | undefined
}

/**
 * Packets leave with the address of the link that they leave by, IPv4 and IPv6. Only routers forward: see `forwarding`.
 *
 * @throws {NetlinkError} `EEXIST` when the table is there
 */
export async function masquerade(ns: NetNs, options: MasqueradeOptions = {}): Promise<Ruleset> {
  checkKeys('masquerade', options, ['output', 'from', 'table'], 'net')
  const { output, from, table = 'masquerade' } = options
  const { addChain, addRule, match, statement } = await import('@ns/netlink')
  return await addRuleset(ns, table, (its) => [
    addChain(its, 'postrouting', { type: 'nat', hook: 'postrouting' }),
    addRule(its, 'postrouting', [
      ...(from === undefined ? [] : [match.from(from)]),
      output === undefined ? match.notOutput('lo') : match.output(output),
      statement.masquerade,
    ]),
  ])
}

/** Which port leads where. */
export interface PortForwardOptions {
  readonly port: number
  readonly protocol?: 'tcp' | 'udp' | undefined
  /** Where to; @default its port the same */
  readonly to: { readonly address: string; readonly port?: number | undefined }
  /** The address that it is forwarded at. @default any of the namespace */
  readonly address?: string | undefined
  /** @default 'forward-tcp-80' and so on */
  readonly table?: string | undefined
}

/**
 * What arrives at a port of a namespace goes on to another address and port; so does what is sent to it from inside, but not to
 * 127.0.0.1. It takes `forwarding`, and the way back has to lead through here too.
 *
 * @throws {NetlinkError} `EEXIST` when the table is there
 */
export async function portForward(ns: NetNs, options: PortForwardOptions): Promise<Ruleset> {
  checkKeys('portForward', options, ['port', 'protocol', 'to', 'address', 'table'], 'net')
  checkKeys('portForward.to', options.to, ['address', 'port'], 'net')
  const { port, protocol = 'tcp', to, address } = options
  if (protocol !== 'tcp' && protocol !== 'udp')
    throw invalidOption("portForward.protocol: 'tcp' or 'udp' is wanted", 'net')
  checkPort('portForward.port', port)
  const toPort = checkPort('portForward.to.port', to.port ?? port)
  const { addChain, addRule, match, statement } = await import('@ns/netlink')
  const rule: Statement[] = [
    address === undefined ? match.toLocal : match.to(address),
    match.protocol(protocol, port),
    statement.dnat(to.address, toPort),
  ]
  return await addRuleset(ns, options.table ?? `forward-${protocol}-${port}`, (its) =>
    (['prerouting', 'output'] as const).flatMap((hook) => [
      addChain(its, hook, { type: 'nat', hook }),
      addRule(its, hook, rule),
    ]),
  )
}

async function addRuleset(
  ns: NetNs,
  name: string,
  rules: (table: Table) => readonly Change[],
): Promise<Ruleset> {
  const { addTable, deleteTable, NLM_F } = await import('@ns/netlink')
  const table = { family: 'inet', name } as const
  const changes = rules(table)
  using nft = await ns.nftables()
  nft.apply([{ ...addTable(table), flags: NLM_F.CREATE | NLM_F.EXCL }, ...changes])
  let isThere = true
  const remove = async () => {
    if (!isThere) return
    isThere = false
    using later = await ns.nftables()
    if (later.tables().some((one) => one.family === 'inet' && one.name === name))
      later.apply([deleteTable(table)])
  }
  return { table: name, remove, [Symbol.asyncDispose]: remove }
}
