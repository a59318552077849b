import type { Agent as HttpAgent, AgentOptions as HttpAgentOptions } from 'node:http'
import type { Agent as HttpsAgent, AgentOptions as HttpsAgentOptions } from 'node:https'
import { isIP, type Socket } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { invalidOption } from '@ns/syscalls'
import type { ConnectOptions } from './connect.ts'

/** Not loaded before they are needed: a start doesn't, and they take longer than it does. */
const load = process.getBuiltinModule

/** Connects inside. */
export type Connect = (options: ConnectOptions) => Promise<Socket>

/** What Node's agents and undici want to be told. */
type Done = (error: Error | null, socket: Socket | null) => void

/** What Node's agents and undici say of whom they want. */
interface Target {
  readonly host?: string | null | undefined
  readonly hostname?: string | null | undefined
  readonly port?: number | string | null | undefined
  readonly localAddress?: string | null | undefined
  /** A socket that is a file: no network namespace has to do with it. */
  readonly socketPath?: string | null | undefined
}

async function reach(connect: Connect, target: Target, defaultPort: number): Promise<Socket> {
  const { host, hostname, port, localAddress, socketPath } = target
  if (socketPath) throw invalidOption('socketPath: an agent inside connects by TCP alone', 'net')
  return await connect({
    host: hostname ?? host ?? 'localhost',
    port: Number(port || defaultPort),
    localAddress: localAddress ?? undefined,
    noDelay: true,
  })
}

function tell(socket: Promise<Socket>, done: Done): void {
  socket.then(
    (connected) => done(null, connected),
    (error: Error) => done(error, null),
  )
}

/** An agent for `http.request`. */
export function httpAgent(connect: Connect, options?: HttpAgentOptions): HttpAgent {
  const { Agent } = load('node:http')
  return Object.assign(new Agent(options), {
    createConnection: (target: Target, done: Done) => tell(reach(connect, target, 80), done),
  })
}

/** An agent for `https.request`: TLS is spoken here, over a socket that is inside. */
export function httpsAgent(connect: Connect, options?: HttpsAgentOptions): HttpsAgent {
  const { Agent } = load('node:https')
  const agent = new Agent(options)
  const withTls = agent.createConnection.bind(agent) as (options: object) => Socket // its sessions are kept
  const secured = async (target: Target) =>
    withTls({ ...target, socket: await reach(connect, target, 443) })
  return Object.assign(agent, {
    createConnection: (target: Target, done: Done) => tell(secured(target), done),
  })
}

/** What undici says of whom it wants. */
export interface UndiciTarget {
  readonly hostname: string
  readonly protocol: string
  readonly port: string
  readonly servername?: string | null | undefined
  readonly localAddress?: string | null | undefined
}

/** undici's `connect`. */
export type UndiciConnector = (
  target: UndiciTarget,
  done: (...result: [null, Socket] | [Error, null]) => void,
) => void

/** A connector of undici's agents, and so of `fetch`. */
export function undiciConnector(connect: Connect, tls: ConnectionOptions = {}): UndiciConnector {
  const open = async ({ servername, ...target }: UndiciTarget) => {
    const isSecure = target.protocol === 'https:'
    const socket = await reach(connect, target, isSecure ? 443 : 80)
    if (!isSecure) return socket
    const name = servername || (isIP(target.hostname) ? undefined : target.hostname)
    return await secure({ ...tls, socket, ...(name ? { servername: name } : {}) })
  }
  return (target, done) => tell(open(target), done as Done)
}

/** undici speaks as soon as it has the socket: only when it is known who is there. */
async function secure(options: ConnectionOptions): Promise<Socket> {
  const { connect } = load('node:tls')
  return await new Promise((settle, fail) => {
    const socket = connect({ ALPNProtocols: ['http/1.1'], ...options })
    socket.once('secureConnect', () => {
      socket.off('error', fail)
      settle(socket)
    })
    socket.once('error', fail)
  })
}
