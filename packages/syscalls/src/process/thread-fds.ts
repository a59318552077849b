import { isMainThread } from 'node:worker_threads'
import { close } from '../calls/fds.ts'

/**
 * Closes an fd that this thread holds for all of its starts when the thread ends: Node knows nothing of it, and a process
 * that uses many Workers, one after the other, would run out of fds. A Worker that is terminated runs no JavaScript more and leaves it.
 *
 * @param forget that there is one: a listener of `exit` behind this one may start something
 */
export function closeWithThread(fd: number, forget: () => void): void {
  if (isMainThread) return // the process ends with it
  process.once('exit', () => {
    forget()
    close(fd)
  })
}
