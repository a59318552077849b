import { Socket } from 'node:net'
import { isMainThread } from 'node:worker_threads'
import { close, send, socketpair } from '../calls/fds.ts'
import { startWatching } from '../calls/ledger.ts'
import { SyscallError } from '../errors/syscall-error.ts'
import { library, type Watch } from '../ffi/library.ts'

/** Calls back from this thread's event loop as long as the epoll fd has something. */
export function watchEpoll(epoll: number, ready: () => void): Watch {
  return isMainThread ? library().watch(epoll, ready) : watchFromWorker(epoll, ready)
}

/**
 * In a Worker a thread does the waiting and Node reads of a socket that there is something: a Worker may be terminated,
 * and an addon that calls back then aborts the process, where Node's own handles are simply closed.
 */
function watchFromWorker(epoll: number, ready: () => void): Watch {
  const [mine, its] = socketpair()
  const result = startWatching(epoll, its)
  if (result) {
    close(mine)
    close(its)
    throw new SyscallError(-result, 'clone')
  }
  const socket = new Socket({ fd: mine, readable: true, writable: true })
  socket.on('data', () => {
    ready()
    queueMicrotask(() => send(mine, Buffer.alloc(1))) // behind those that take what is there
  })
  return socket
}
