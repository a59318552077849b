import { closeSync, openSync } from 'node:fs'
import { Socket } from 'node:net'
import {
  type Child,
  type Command,
  type Contribution,
  close,
  type Exit,
  launch,
  type Ready,
  socketpair,
} from '@ns/syscalls'

/** What a program printed, and how it ended. */
export interface Output extends Exit {
  readonly stdout: string
  readonly stderr: string
  readonly ready: Ready
}

/** Runs a program with an empty input and waits until it has ended and its outputs are closed. */
export async function output(
  contributions: readonly Contribution[],
  command: Command,
): Promise<Output> {
  const [out, itsOut] = socketpair()
  const [err, itsErr] = socketpair()
  const input = openSync('/dev/null', 'r')
  let child: Child
  try {
    child = launch(contributions, { ...command, fds: [input, itsOut, itsErr] })
  } catch (error) {
    close(out)
    close(err)
    throw error
  } finally {
    closeSync(input)
    close(itsOut)
    close(itsErr)
  }
  const texts = Promise.all([readAll(out), readAll(err)])
  const [ready] = await Promise.allSettled([child.started, child.exited, texts])
  if (ready.status === 'rejected') throw ready.reason
  const [stdout, stderr] = await texts
  return { ...(await child.exited), ready: ready.value, stdout, stderr }
}

/** What a shell prints. */
export async function shell(
  contributions: readonly Contribution[],
  script: string,
  options: Partial<Command> = {},
): Promise<Output> {
  return await output(contributions, { file: 'sh', args: ['-c', script], ...options })
}

async function readAll(fd: number): Promise<string> {
  const chunks: Buffer[] = []
  const socket = new Socket({ fd, readable: true, writable: true })
  for await (const chunk of socket) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
