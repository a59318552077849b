import { type Child, type Command, type Contribution, launch, type Ready } from '@ns/syscalls'

/** A process that runs until the end of its block: `await using sleeper = await running([uts()])`. */
export interface Running extends AsyncDisposable {
  readonly child: Child
  readonly pid: number
  readonly ready: Ready
}

/** Starts a process and waits until it is executed. Without a command it sleeps. */
export async function running(
  contributions: readonly Contribution[],
  command: Command = { file: 'sleep', args: ['600'], fds: [] },
): Promise<Running> {
  const child = launch(contributions, command)
  const ready = await child.started
  return {
    child,
    pid: child.pid,
    ready,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await child.exited
    },
  }
}
