import { once } from 'node:events'
import { Socket } from 'node:net'
import { type Contribution, close, socketpair } from '@ns/syscalls'
import { type Running, running } from '@ns/testkit'

/** A shell that has run its script and stays: what it has made is there until the end of the block. */
export async function holder(
  contributions: readonly Contribution[],
  script: string,
  ...args: readonly string[]
): Promise<Running & { readonly printed: string }> {
  const [ours, its] = socketpair()
  const socket = new Socket({ fd: ours, readable: true, writable: true })
  try {
    const child = await running(contributions, {
      file: 'sh',
      args: ['-c', `set -e; ${script}; echo ready; read end`, ...args],
      fds: [its, its, 2],
      capabilities: 'keep',
    })
    close(its)
    let printed = ''
    while (!printed.endsWith('ready\n')) printed += String((await once(socket, 'data'))[0])
    return {
      ...child,
      printed: printed.replace('ready\n', ''),
      async [Symbol.asyncDispose]() {
        socket.destroy()
        await child[Symbol.asyncDispose]()
      },
    }
  } catch (error) {
    socket.destroy()
    throw error
  }
}
