import type { UserModeSettings } from './options.ts'
import type { Program } from './program.ts'

/** How a driver is started, and how it says that it is ready. */
export interface Recipe {
  readonly args: readonly string[]
  /** A file that it writes then; else it writes to fd 3. */
  readonly readyFile?: string
  /** Where it takes orders: ports are forwarded by those. */
  readonly api?: string
  /** What answers names inside. */
  readonly resolver: string
}

/**
 * Its fds. Both enter the user namespace first, from where they may look at no process of the caller's but themselves; and newer
 * ones close what is above stderr: so the namespaces are stdin and stdout.
 */
const FD = { NET: 0, USER: 1, STDERR: 2, READY: 3, EXIT: 4 } as const
const NET = `/proc/self/fd/${FD.NET}`
const USER = `/proc/self/fd/${FD.USER}`

const PASTA_RESOLVER = '169.254.1.1'

/**
 * All that it would do by itself is told not to be: it copies ports that listen on either side to the other, and shows the
 * host's loopback at the gateway's address (passt(1)).
 */
export function pasta(
  program: Program,
  hasUser: boolean,
  settings: UserModeSettings,
  scratch: string,
): Recipe {
  const { name, mtu, ipv6, hostLoopback, forwards } = settings
  const readyFile = `${scratch}/pid`
  const specs = (protocol: 'tcp' | 'udp') =>
    forwards
      .filter((forward) => forward.protocol === protocol)
      .flatMap(({ host, port, to }) => [`-${protocol[0]}`, `${host}/${port}:${to}`])
  const orNone = (list: string[], option: string) => (list.length > 0 ? list : [option, 'none'])
  const args = [
    ...['--foreground', '--config-net', '--no-netns-quit'],
    ...(program.has('--stderr') ? ['--stderr'] : []),
    ...['--pid', readyFile, '--ns-ifname', name, '--mtu', `${mtu}`],
    ...(ipv6 ? [] : ['--ipv4-only']),
    ...['--dns-forward', PASTA_RESOLVER],
    ...(hostLoopback ? [] : ['--no-map-gw']),
    ...orNone(specs('tcp'), '-t'),
    ...orNone(specs('udp'), '-u'),
    ...['-T', 'none', '-U', 'none'],
    ...(hasUser ? ['--userns', USER] : []),
    ...['--netns', NET],
  ]
  return { args, readyFile, resolver: PASTA_RESOLVER }
}

/** See slirp4netns(1). Ports are forwarded when it runs, by its socket. */
export function slirp4netns(
  program: Program,
  hasUser: boolean,
  settings: UserModeSettings,
  scratch: string,
): Recipe {
  const { name, mtu, ipv6, hostLoopback, forwards } = settings
  const api = forwards.length > 0 ? `${scratch}/api` : undefined
  const ifKnown = (option: string) => (program.has(option) ? [option] : [])
  const args = [
    ...['--configure', `--mtu=${mtu}`, `--ready-fd=${FD.READY}`, `--exit-fd=${FD.EXIT}`],
    ...(ipv6 ? ['--enable-ipv6'] : []),
    ...(hostLoopback ? [] : ['--disable-host-loopback']),
    ...ifKnown('--enable-seccomp'),
    ...(api === undefined ? [] : [`--api-socket=${api}`]),
    ...(hasUser ? [`--userns-path=${USER}`] : []),
    ...['--netns-type=path', NET, name],
  ]
  return { args, ...(api === undefined ? {} : { api }), resolver: '10.0.2.3' }
}
