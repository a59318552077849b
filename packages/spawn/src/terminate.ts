import type { Subprocess } from './subprocess.ts'

/** `ms` between the polite end and SIGKILL. */
const FORCE_KILL_AFTER = 5000

/**
 * Ends a process and what it has of ours: the signal, SIGKILL if that doesn't end it in time, and its pipes, which its
 * own children may hold open for ever. `closed` tells when all that is done.
 *
 * @param forceAfter `ms` until SIGKILL; `Infinity`: never
 */
export function terminate(
  child: Subprocess,
  signal: NodeJS.Signals | number,
  forceAfter: number = FORCE_KILL_AFTER,
): void {
  const isForced = Number.isFinite(forceAfter)
  const force = isForced ? setTimeout(() => child.kill('SIGKILL'), forceAfter) : undefined
  const end = () => {
    clearTimeout(force)
    // What it wrote last is read in the same turn of the loop.
    setImmediate(() => {
      for (const stream of child.stdio) stream?.destroy()
    })
  }
  child.gone.then(end, end)
  child.kill(signal)
}
