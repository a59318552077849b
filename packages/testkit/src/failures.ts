import { type Command, type Contribution, launch } from '@ns/syscalls'
import { expect } from 'vitest'

/** The error that a start ends with, whether it is thrown or comes later. */
export async function failure(
  contributions: readonly Contribution[],
  command: Command = { file: 'true' },
): Promise<NodeJS.ErrnoException> {
  const child = attemptLaunch(contributions, command)
  if (child instanceof Error) return child
  const [started] = await Promise.allSettled([child.started, child.exited])
  if (started.status === 'rejected') return started.reason
  throw new Error('it was started')
}

function attemptLaunch(contributions: readonly Contribution[], command: Command) {
  try {
    return launch(contributions, { fds: [], ...command })
  } catch (error) {
    return error as Error
  }
}

/** Asserts that an error is, or was caused by, a system call that failed with this errno. */
export function expectErrno(error: unknown, errno: string): void {
  const codes: unknown[] = []
  for (let at = error; at instanceof Error; at = at.cause)
    codes.push((at as NodeJS.ErrnoException).code)
  expect(codes).toContain(errno)
}
