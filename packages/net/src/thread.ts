import { access, writeSync } from 'node:fs'
import { attempt, CLONE_NEW, close, O, open } from '@ns/syscalls'

/**
 * Has the calling thread be in another network namespace for as long as one of our own functions runs: nothing else of
 * JavaScript can run meanwhile. Takes privilege.
 *
 * @param enter takes the thread there, or throws
 * @param act makes what is to belong there; a caller's function would make its sockets later, outside
 */
export function whileThere<Result>(enter: () => void, act: () => Result): Result {
  // libuv's pool starts at its first use, in the namespaces of the thread that uses it: now, not in the new one.
  access('/', () => {})
  const home = open('/proc/thread-self/ns/net', O.RDONLY | O.CLOEXEC)
  try {
    enter()
    try {
      return act()
    } finally {
      if (attempt('setns', home, CLONE_NEW.net) < 0) giveUp()
    }
  } finally {
    close(home)
  }
}

/** All that this thread did from here on would land in the wrong namespace. */
function giveUp(): never {
  writeSync(2, 'net: the way back from a network namespace is barred: this process ends\n')
  process.kill(process.pid, 'SIGKILL')
  throw new Error('killed')
}
