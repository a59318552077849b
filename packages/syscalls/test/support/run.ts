import { closeSync, openSync } from 'node:fs'
import { close, memfdCreate, pread } from '../../src/calls/fds.ts'
import { type Command, type Contribution, type Exit, launch, type Ready } from '../../src/index.ts'
import { MFD } from '../../src/kernel/constants.ts'

/** What a program printed, and how it ended. */
export interface Run extends Exit {
  readonly stdout: string
  readonly ready: Ready
}

/** Starts a program with an empty input and waits for its end; `fds` come behind 0, 1 and 2. */
export async function run(
  command: Command,
  contributions: readonly Contribution[] = [],
): Promise<Run> {
  const input = openSync('/dev/null', 'r')
  const output = memfdCreate('output', MFD.CLOEXEC)
  try {
    const fds = [input, output, 2, ...(command.fds ?? [])]
    const child = launch(contributions, { ...command, fds })
    const ready = await child.started
    const exit = await child.exited
    const bytes = Buffer.alloc(1 << 20)
    return { ...exit, ready, stdout: bytes.toString('utf8', 0, pread(output, bytes, 0)) }
  } finally {
    close(output)
    closeSync(input)
  }
}

/** What a shell prints. */
export async function shell(
  script: string,
  contributions: readonly Contribution[] = [],
): Promise<Run> {
  return await run({ file: '/bin/sh', args: ['-c', script] }, contributions)
}

/** The error that a start ends with, whether it is thrown or comes later. */
export async function failure(
  command: Command,
  contributions: readonly Contribution[] = [],
): Promise<NodeJS.ErrnoException> {
  try {
    const child = launch(contributions, { fds: [], ...command })
    const [started, exited] = await Promise.allSettled([child.started, child.exited])
    if (started.status === 'rejected' && exited.status === 'rejected')
      return started.reason === exited.reason ? started.reason : new Error('two errors')
  } catch (error) {
    return error as Error
  }
  throw new Error('it was started')
}
