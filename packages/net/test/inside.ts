import { readlinkSync } from 'node:fs'
import { close, descriptor } from '@ns/syscalls'
import { asCaller, type Running, running } from '@ns/testkit'
import { NetNs, type NetNsOptions, net } from '../src/index.ts'

/** A network namespace of a test's own, held by a process. */
export interface Inside extends AsyncDisposable {
  readonly ns: NetNs
  readonly pid: number
}

/** Makes one, with lo up. */
export async function inside(options?: NetNsOptions): Promise<Inside> {
  const sleeper: Running = await running(asCaller([net()]))
  const ns = NetNs.open(sleeper.pid, options)
  return {
    ns,
    pid: sleeper.pid,
    async [Symbol.asyncDispose]() {
      ns.close()
      await sleeper[Symbol.asyncDispose]()
    },
  }
}

/** include/uapi/linux/sockios.h */
const SIOCGSKNS = 0x894c

/** The namespace that a socket of Node's belongs to: the kernel's word, `net:[4026531840]`. */
export function namespaceOf(socket: object): string {
  const fd = descriptor({}, 'ioctl', fdOf(socket), SIOCGSKNS, 0)
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } finally {
    close(fd)
  }
}

/** Node tells nobody: streams and servers have a handle, and datagram sockets a state with one. */
function fdOf(socket: object): number {
  const symbols = Object.getOwnPropertySymbols(socket)
  const state = symbols.find(({ description }) => description === 'state symbol')
  const holder = state ? (socket as Record<symbol, object>)[state] : socket
  const { _handle, handle } = holder as { _handle?: { fd: number }; handle?: { fd: number } }
  const fd = (_handle ?? handle)?.fd
  if (fd === undefined || fd < 0) throw new Error('this socket has no fd')
  return fd
}
