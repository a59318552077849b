import { writeFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import {
  type Child,
  type Contribution,
  close,
  cString,
  descriptor,
  isPrivileged,
  launch,
  MFD,
  Namespace,
  NamespaceError,
  SIOCGSKNS,
  socketpair,
} from '@ns/syscalls'

/**
 * Runs `nft -j` in the network namespace of a socket: for what this package does not speak.
 *
 * @returns what it printed
 * @throws {NamespaceError} `ERR_NS_EXIT` with what it complained of
 * @throws {Error} `ENOENT` when nft is not installed
 */
export async function runNft(
  socket: number,
  args: readonly string[],
  input: string,
): Promise<string> {
  const fd = descriptor({}, 'ioctl', socket, SIOCGSKNS, 0)
  try {
    using net = Namespace.open('net', { fd })
    using user = isPrivileged() ? undefined : net.owner()
    return await run([...joining('user', user), ...joining('net', net)], args, input)
  } finally {
    close(fd)
  }
}

function joining(type: 'user' | 'net', join: Namespace | undefined): Contribution[] {
  return join ? [{ type, flags: 0, join, steps: () => {} }] : []
}

async function run(
  contributions: readonly Contribution[],
  args: readonly string[],
  input: string,
): Promise<string> {
  const pairs = [socketpair(), socketpair()] as const
  const streams = pairs.map(([fd]) => new Socket({ fd, readable: true, writable: true }))
  const stdin = fileOf(input)
  try {
    const child = startNft(contributions, args, [stdin, ...pairs.map(([, its]) => its)])
    const [{ exitCode, signalCode }, printed, complaint] = await Promise.all([
      child.started.then(() => child.exited),
      ...streams.map((stream) => text(stream)),
    ])
    if (exitCode === 0) return printed ?? ''
    const how = signalCode ?? `exit code ${exitCode}`
    throw new NamespaceError(`nft ${args.join(' ')}: ${how}: ${complaint?.trim()}`, {
      code: signalCode ? 'ERR_NS_SIGNAL' : 'ERR_NS_EXIT',
      namespace: 'net',
      operation: 'nft',
    })
  } finally {
    for (const stream of streams) stream.destroy()
  }
}

/** A file in memory: nft opens its stdin by name, which a socket can't be. */
function fileOf(content: string): number {
  const fd = descriptor({}, 'memfd_create', cString('nft'), MFD.CLOEXEC)
  try {
    writeFileSync(fd, content)
    return fd
  } catch (error) {
    close(fd)
    throw error
  }
}

/** The child's ends are closed here, whether it was started or not: else their readers would wait for ever. */
function startNft(
  contributions: readonly Contribution[],
  args: readonly string[],
  fds: readonly number[],
): Child {
  try {
    return launch(contributions, {
      file: 'nft',
      args,
      fds,
      capabilities: 'keep',
      // Where ordinary users don't look.
      env: { PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` },
    })
  } finally {
    for (const fd of fds) close(fd)
  }
}
