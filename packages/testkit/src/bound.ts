import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { Socket } from 'node:net'
import { type Contribution, close, type NamespaceType, procName, socketpair } from '@ns/syscalls'
import { asCaller, ownMounts } from './caller.ts'
import { type Running, running } from './running.ts'
import { Scratch } from './scratch.ts'

/** A process and a file that its namespace is bound to. */
export interface Bound extends Running {
  readonly path: string
}

interface Helper extends Running {
  readonly socket: Socket
}

/**
 * Binds a new namespace to a file in a mount namespace of a helper's own: no mount of the machine changes. Other
 * processes reach the file through the helper's root.
 */
export async function bound(type: NamespaceType, create: () => Contribution): Promise<Bound> {
  // A mount namespace can be bound only in one whose number is lower (namespaces(7)), and since Linux 6.18 each CPU
  // takes numbers from a range of its own: the older one may have the higher number.
  for (let left = type === 'mount' ? 100 : 1; left > 0; left--) {
    const found = await tryToBind(type, create)
    if (found) return found
  }
  throw new Error('the namespace could not be bound')
}

async function tryToBind(
  type: NamespaceType,
  create: () => Contribution,
): Promise<Bound | undefined> {
  const scratch = new Scratch()
  const file = scratch.file('bound')
  // A mount namespace is made after the helper, which then finds it by its pid.
  const early = type === 'mount' ? await startHelper(file, 0) : undefined
  const sleeper = await running(asCaller([create()], early?.pid))
  const link = `/proc/${sleeper.pid}/ns/${procName(type)}`
  const helper = early ?? (await withFd(link, (fd) => startHelper(file, fd)))
  const end = async () => {
    helper.socket.destroy()
    await sleeper[Symbol.asyncDispose]()
    await helper[Symbol.asyncDispose]()
    scratch[Symbol.dispose]()
  }
  helper.socket.write(`${early ? link : '/proc/self/fd/3'}\n`)
  const [answer] = (await once(helper.socket, 'data')) as Buffer[]
  if (answer?.toString() === '0\n')
    return { ...sleeper, path: `/proc/${helper.pid}/root${file}`, [Symbol.asyncDispose]: end }
  await end()
  return undefined
}

/** Reads what to bind from its socket, answers with mount's exit code, and stays. */
async function startHelper(file: string, third: number): Promise<Helper> {
  const [ours, its] = socketpair()
  const script = `read source; mount --no-canonicalize --bind $source ${file} 2>/dev/null; echo $?; read end`
  try {
    const helper = await running(asCaller([ownMounts()]), {
      file: 'sh',
      args: ['-c', script],
      fds: [its, its, 2, third],
      capabilities: 'keep',
    })
    return { ...helper, socket: new Socket({ fd: ours, readable: true, writable: true }) }
  } finally {
    close(its)
  }
}

async function withFd<Result>(path: string, use: (fd: number) => Promise<Result>): Promise<Result> {
  const fd = openSync(path, 'r')
  try {
    return await use(fd)
  } finally {
    closeSync(fd)
  }
}
