import type { Egress, Refusal } from '@ns/egress'
import { mask, type Namespaces } from '@ns/spawn'
import type { CommandLine } from './command-line.ts'
import { printable } from './printable.ts'

/** So many different refusals are told of: a command can be refused as much as it likes. */
const MOST = 20
/** A name that a server has is no longer (RFC 1035). */
const LONGEST_NAME = 255

/** The command line with a gate as its network, where `--allow` asks for one. */
export async function withGate({
  allow,
  ...line
}: CommandLine): Promise<{ readonly line: CommandLine; readonly gate: Gate | undefined }> {
  if (!allow) return { line, gate: undefined }
  const { createEgress, resolverSockets } = await import('@ns/egress') // who needs no gate doesn't wait for its code
  const refusals = new Set<string>()
  const onRefuse = (refusal: Refusal) => {
    if (!line.quiet && refusals.size <= MOST) refusals.add(describe(refusal))
  }
  const egress = await createEgress({ allow, onRefuse })
  const { namespaces = {} } = line.options
  const own = { ...namespaces, ...hiding(resolverSockets(), namespaces.mount), net: egress }
  return {
    line: { ...line, options: { ...line.options, namespaces: own } },
    gate: new Gate(egress, refusals),
  }
}

/** Names are the gate's to answer. In another root, and in mounts that are joined, these paths are not the machine's. */
function hiding(sockets: readonly string[], mount: Namespaces['mount']): Namespaces {
  const {
    root,
    join,
    mounts = [],
    ...others
  } = (mount ?? {}) as {
    readonly root?: unknown
    readonly join?: unknown
    readonly mounts?: readonly ReturnType<typeof mask>[]
  }
  if (sockets.length === 0 || root !== undefined || join !== undefined) return {}
  return { mount: { ...others, mounts: [...sockets.map(mask), ...mounts] } }
}

/** The only way out of the command's network, and what it has refused. */
export class Gate implements AsyncDisposable {
  readonly #egress: Egress
  readonly #refusals: ReadonlySet<string>

  constructor(egress: Egress, refusals: ReadonlySet<string>) {
    this.#egress = egress
    this.#refusals = refusals
  }

  /** Says on stderr what was refused: when the command has ended, as the terminal is its own until then. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#egress.close()
    for (const refusal of [...this.#refusals].slice(0, MOST))
      process.stderr.write(`ns: refused: ${printable(refusal)}\n`) // names are the command's
    if (this.#refusals.size > MOST) process.stderr.write('ns: refused: and more\n')
  }
}

function describe({ reason, protocol, host, address, port, serverName, error }: Refusal): string {
  const place = host ?? (address?.includes(':') ? `[${address}]` : address)
  const target = [place, port].filter((part) => part !== undefined).join(':')
  if (reason === 'name') return target || 'what no host is called'
  if (reason === 'sni')
    return `${target}, asked for as ${serverName?.slice(0, LONGEST_NAME) ?? 'no server'}`
  return `${target}/${protocol}${error ? `: ${error.message}` : ''}`
}
